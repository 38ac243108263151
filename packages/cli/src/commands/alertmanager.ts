import { readAlertsFile } from "@sop/node";
import { stringify } from "yaml";
import { alertmanagerConfig } from "../alerts/alertmanager-config.js";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Prints the configuration of Alertmanager that a configuration file asks for. */
export function renderAlertmanager(config: string | undefined, json: boolean | undefined, terminal: Terminal): number {
  const rendered = alertmanagerConfig(readAlertsFile(config));
  print(terminal, json, rendered, stringify(rendered, { lineWidth: 0 }));
  return EXIT.fine;
}
