import { type Duration, OptionCheck } from "@sop/core";

/** Options of `watchdog`. */
export interface WatchdogOptions {
  /** For how long the main thread may be silent before it is an incident. 500ms to 60s, default `1s`. */
  readonly blockedAfter?: Duration | undefined;
  /** How many incidents the watchdog opens within an hour at most; what is beyond is counted. 0 to 1,000, default 12. */
  readonly maxIncidentsPerHour?: number | undefined;
  /** Whether the JavaScript stack of a silent main thread is taken, by the inspector's protocol. Default true. */
  readonly stacks?: boolean | undefined;
}

/** The options with their defaults, in milliseconds. */
export interface WatchdogSettings {
  readonly blockedAfter: number;
  readonly maxIncidentsPerHour: number;
  readonly stacks: boolean;
}

const NAMES: readonly (keyof WatchdogOptions)[] = ["blockedAfter", "maxIncidentsPerHour", "stacks"];

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readWatchdogOptions(options?: WatchdogOptions): WatchdogSettings {
  const check = new OptionCheck(options, "watchdog", NAMES);
  const blockedAfter = check.duration("blockedAfter", 1_000, 500, 60_000);
  const maxIncidentsPerHour = check.integer("maxIncidentsPerHour", 12, 0, 1_000);
  const stacks = check.flag("stacks", true);
  check.done();
  return { blockedAfter, maxIncidentsPerHour, stacks };
}
