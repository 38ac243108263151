import type { RecordedDeath, RecordedWindow, Sample } from "@sop/core";
import type { BoxHeader } from "../blackbox/file.js";
import { type InFlightEntry, overflowOf, readInFlight } from "../blackbox/in-flight.js";
import { type FoundBox, readBoxFile } from "../blackbox/read-file.js";
import { readRecords } from "../blackbox/read-records.js";
import type { FlightRecord } from "../blackbox/record.js";
import { SampleRing } from "../blackbox/sample-ring.js";
import type { Death } from "./death.js";
import { panicsOf, windowOfFlight } from "./window-of.js";

/** What is known of a process that is gone. */
export interface Autopsy {
  readonly window: RecordedWindow;
  readonly death: RecordedDeath;
  /** `undefined` where there is no box, or it does not say. */
  readonly header: BoxHeader | undefined;
  readonly samples: readonly Sample[];
  readonly records: readonly FlightRecord[];
  readonly entries: readonly InFlightEntry[];
  /** The incident that was open when it ended. */
  readonly openIncident: string | undefined;
}

/** How far back the records of a dead process go, in milliseconds. */
const WINDOW = 300_000;

/**
 * Reads what a process that is gone has left: its black box, and how it ended as far as anybody said. Of a box that is damaged, or that there
 * is none of, what is left; `missing` names the rest.
 */
export function autopsy(file: string | undefined, said: Death | undefined): Autopsy {
  const found = file === undefined ? undefined : readIfThere(file);
  const missing = found?.unusable.map((part) => `flight recorder: ${part}`) ?? [
    "flight recorder: there is no black box",
  ];
  const all = found ? readRecords(found.box) : [];
  const sampled = found ? new SampleRing(found.box).read() : [];
  const entries = found ? readInFlight(found.box) : [];
  const last = Math.max(0, all.at(-1)?.at ?? 0, sampled.at(-1)?.at ?? 0);
  const at = said?.at ?? (last || Date.now());
  const records = all.filter((record) => record.at >= at - WINDOW);
  const samples = sampled.filter((sample) => sample.at >= at - WINDOW);
  const death: RecordedDeath = {
    at,
    code: said?.code,
    signal: said?.signal,
    stderr: said?.stderr ?? [],
    boots: said?.boots,
    oomKilled: said?.oomKilled,
  };
  if (said === undefined) missing.push("how the process ended: nobody supervised it");
  const lost = found ? overflowOf(found.box) : 0;
  if (lost > 0) missing.push(`flight: ${lost} requests and calls in flight, for want of room`);
  const flight = { records, entries, until: at, troubleAt: at };
  const window: RecordedWindow = {
    panics: panicsOf(flight, found?.header?.entry),
    inFlight: entries.filter(({ kind }) => kind === "request").length,
    missing,
    troubleAt: at,
    startedAt: found?.header?.startedAt,
    ...(found && { samples, ...windowOfFlight(flight) }),
    death,
  };
  return { window, death, header: found?.header, samples, records, entries, openIncident: openIncidentOf(all) };
}

function readIfThere(file: string): FoundBox | undefined {
  try {
    return readBoxFile(file);
  } catch {
    return undefined;
  }
}

const INCIDENT = /^(opened|closed) (\d{8}T\d{6}Z-[\w-]+)/;

function openIncidentOf(records: readonly FlightRecord[]): string | undefined {
  let open: string | undefined;
  for (const record of records) {
    if (record.kind !== "incident") continue;
    const [, what, id] = INCIDENT.exec(record.what) ?? [];
    open = what === "opened" ? id : undefined;
  }
  return open;
}
