import { type NotifySettings, readNotifyOptions } from "../alertmanager/notify-options.js";
import { readSection } from "./rules-file.js";

/** What a configuration file says about notifications. */
export interface AlertsFile {
  /** The service's name, where the file says it. */
  readonly service: string | undefined;
  /** Whom Alertmanager notifies. */
  readonly notify: NotifySettings;
}

/**
 * Reads `alerts.notify` of `path` (default: as `createSop` finds `sop.yaml`). Throws `SOP_ERR_OPTION` where there is no usable file, and
 * for what is wrong in it, each with its line.
 */
export function readAlertsFile(path?: string): AlertsFile {
  return readSection(path, ({ alerts }, service) => ({
    service,
    notify: readNotifyOptions(Object(alerts).notify, "alerts.notify"),
  }));
}
