export { watchdog } from "./watchdog/attach.js";
export type { WatchdogOptions } from "./watchdog/options.js";
