export type { AlertOptions } from "./alertmanager/alert-options.js";
export type { NotifyOptions, NotifySettings } from "./alertmanager/notify-options.js";
export { type AlertsFile, readAlertsFile } from "./config/alerts-file.js";
export { type RulesFile, readRulesFile } from "./config/rules-file.js";
export { createSop, type NodeOptions } from "./create-sop.js";
export type { NodeDrain } from "./drain/options.js";
export type { NodeOutgoingOptions } from "./http/options.js";
export type { WatchdogOptions } from "./watchdog/options.js";
