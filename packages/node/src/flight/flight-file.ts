import type { FlightRecord } from "../blackbox/record.js";
import { maskData } from "../forensics/mask.js";

/** `bundle/flight.ndjson`: one record a line, the oldest first. */
export function flightFile(records: readonly FlightRecord[]): string {
  return records.map((record) => `${JSON.stringify(maskData(record))}\n`).join("");
}
