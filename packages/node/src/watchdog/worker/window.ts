import type { RecordedWindow, Sample, SampleFieldName } from "@sop/core";
import { readInFlight } from "../../blackbox/in-flight.js";
import type { BlackBox } from "../../blackbox/memory.js";
import { readRecords } from "../../blackbox/read-records.js";
import { windowOfFlight } from "../../flight/window-of.js";
import type { WorkerParts } from "./parts.js";

/** How far back a diagnosis looks, in milliseconds. */
const WINDOW = 120_000;

/** The newest figure of that name that the main thread told. */
export function lastOf(samples: readonly Sample[], name: SampleFieldName): number | undefined {
  for (let i = samples.length - 1; i >= 0; i--) {
    const value = samples[i]?.[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What the samples tell. `since`: milliseconds since 1970, those from before are left out. */
export function sampledWindow({ sampler, start }: WorkerParts, since = 0): RecordedWindow {
  const samples = sampler.recent(since);
  const inFlight = lastOf(samples, "in_flight_count") ?? 0;
  return { panics: [], inFlight, missing: sampler.missing(), samples, startedAt: start.startedAt };
}

/** What the flight recorder left in the shared memory; nothing where there is none. */
export function flownWindow(box: BlackBox, troubleAt: number): Partial<RecordedWindow> {
  const until = Date.now();
  const records = readRecords(box, until - WINDOW);
  const entries = readInFlight(box);
  if (records.length === 0 && entries.length === 0) return {};
  const inFlight = entries.filter(({ kind }) => kind === "request").length;
  return { ...windowOfFlight({ records, entries, until, troubleAt }), inFlight };
}
