import { readRulesFile } from "@sop/node";
import { stringify } from "yaml";
import { type AlertingOptions, alertingRules } from "../alerts/alerting-rules.js";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Options of `sop rules`, as they are given. */
export interface RulesArguments extends AlertingOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Prints the rules of a configuration file, and the stock alerts, as a rule file of Prometheus. */
export function renderRules({ config, json, ...options }: RulesArguments, terminal: Terminal): number {
  const rules = alertingRules(readRulesFile(config), options);
  print(terminal, json, rules, stringify(rules, { lineWidth: 0 }));
  return EXIT.fine;
}
