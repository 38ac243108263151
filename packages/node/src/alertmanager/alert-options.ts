import { OptionCheck } from "@sop/core";
import { type NotifyOptions, readNotifyOptions } from "./notify-options.js";
import {
  type AlertmanagerOptions,
  type AlertmanagerSettings,
  namesAlertmanager,
  readAlertmanagerOptions,
} from "./options.js";

/** The section `alerts` of the options and of `sop.yaml`. */
export interface AlertOptions {
  /** Where alerts are sent to; nowhere, unless it has a URL. */
  readonly alertmanager?: AlertmanagerOptions | undefined;
  /** Whom Alertmanager notifies: for `sop alertmanager`, which makes its configuration. */
  readonly notify?: NotifyOptions | undefined;
}

/** The settings where an Alertmanager is named. `incidents`: where they are kept. Throws `SOP_ERR_OPTION` that names every problem. */
export function readAlertOptions(
  options: AlertOptions | undefined,
  incidents: string | undefined,
): AlertmanagerSettings | undefined {
  const check = new OptionCheck(options, "alerts", ["alertmanager", "notify"]);
  check.nested("alertmanager", Object.keys(Object(options?.alertmanager)));
  check.done();
  readNotifyOptions(options?.notify, "alerts.notify");
  const given = options?.alertmanager;
  return namesAlertmanager(given) ? readAlertmanagerOptions(given, "alerts.alertmanager", incidents) : undefined;
}
