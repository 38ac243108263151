import type { Sample } from "@sop/core";

/** So many samples are looked at: twenty seconds. */
const LAST = 100;

/** Which figures from outside of the main thread cannot be had, and why: all of them where there is no watchdog, or it makes no samples. */
export function missingOutside(
  samples: readonly Sample[],
  outside?: { missing(): readonly string[] },
): readonly string[] {
  const isWatched = samples.slice(-LAST).some((sample) => sample.heartbeat_gap_ms !== undefined);
  return outside && isWatched ? outside.missing() : ["figures from outside of the main thread: no watchdog"];
}
