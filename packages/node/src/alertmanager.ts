import type { Sop } from "@sop/core";
import { pushAlerts } from "./alertmanager/attach.js";
import { type AlertmanagerOptions, readAlertmanagerOptions } from "./alertmanager/options.js";

export type { AlertmanagerOptions } from "./alertmanager/options.js";

/**
 * Sends alerts to Alertmanager's v2 API: circuit breakers that are open, incidents, and drains. They are sent in batches, again while
 * they fire, and for as long as it takes to be taken, also after a restart of the process; each of several Alertmanagers is told.
 * Returns a function that stops it: what is still to be sent stays on disk for the next process. Throws `SOP_ERR_OPTION` for options
 * that are wrong.
 */
export function alertmanager(sop: Sop, options?: AlertmanagerOptions): () => void {
  return pushAlerts(sop, readAlertmanagerOptions(options, "alertmanager"));
}
