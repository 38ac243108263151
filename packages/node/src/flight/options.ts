import { type Duration, OptionCheck } from "@sop/core";

/** The signals that can take a snapshot. */
export const SNAPSHOT_SIGNALS = ["SIGQUIT", "SIGUSR2", "SIGABRT"] as const;

/** A signal that can take a snapshot. */
export type SnapshotSignal = (typeof SNAPSHOT_SIGNALS)[number];

/** Options of `flight`. */
export interface FlightOptions {
  /** How far back the records of an incident go. 10 s to 1 h, default `5m`; at most 8,192 records are kept. */
  readonly window?: Duration | undefined;
  /**
   * Signals at which what is in flight is written to standard error and recorded as an incident: some of `SIGQUIT`, `SIGUSR2`, and `SIGABRT`, after which the
   * process ends. Default: all. `false`: none.
   */
  readonly snapshotSignals?: readonly SnapshotSignal[] | false | undefined;
}

/** The options with their defaults; durations in milliseconds. */
export interface FlightSettings {
  readonly window: number;
  readonly snapshotSignals: readonly SnapshotSignal[];
}

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readFlightOptions(options?: FlightOptions): FlightSettings {
  const check = new OptionCheck(options, "flight", ["window", "snapshotSignals"]);
  const window = check.duration("window", 300_000, 10_000, 3_600_000);
  const given: unknown = options?.snapshotSignals ?? SNAPSHOT_SIGNALS;
  const wanted: readonly unknown[] = given === false ? [] : Array.isArray(given) ? given : [given];
  const snapshotSignals = SNAPSHOT_SIGNALS.filter((signal) => wanted.includes(signal));
  if (wanted.length !== snapshotSignals.length) {
    check.reject("snapshotSignals", `false, or a list of ${SNAPSHOT_SIGNALS.join(", ")}, each once`);
  }
  check.done();
  return { window, snapshotSignals };
}
