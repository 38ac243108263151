import { readRulesFile } from "@sop/node";
import { stringify } from "yaml";
import { alertingRules } from "../alerts/alerting-rules.js";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Prints the rules of a configuration file as a rule file of Prometheus. */
export function renderRules(config: string | undefined, json: boolean | undefined, terminal: Terminal): number {
  const rules = alertingRules(readRulesFile(config));
  print(terminal, json, rules, stringify(rules, { lineWidth: 0 }));
  return EXIT.fine;
}
