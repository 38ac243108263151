import type { RecordedWindow, Sample, SampleFieldName } from "@sop/core";
import type { WorkerParts } from "./parts.js";

/** The newest figure of that name that the main thread told. */
export function lastOf(samples: readonly Sample[], name: SampleFieldName): number | undefined {
  for (let i = samples.length - 1; i >= 0; i--) {
    const value = samples[i]?.[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What the watchdog knows by itself, without the main thread. `since`: milliseconds since 1970, samples from before are left out. */
export function ownWindow({ sampler, start }: WorkerParts, since = 0): RecordedWindow {
  const samples = sampler.recent(since);
  const inFlight = lastOf(samples, "in_flight_count");
  return { panics: [], inFlight: inFlight ?? 0, missing: sampler.missing(), samples, startedAt: start.startedAt };
}
