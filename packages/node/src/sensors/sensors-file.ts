import { SAMPLE_FIELDS, type Sample, type SampleFieldName } from "@sop/core";
import { FIGURES } from "../blackbox/main-slot.js";

/** `bundle/sensors.json`: samples as a table, the oldest first. */
export interface SensorsFile {
  readonly schema: "sop.sensors/1";
  /** Milliseconds between two samples, as configured. */
  readonly interval: number;
  /** What the numbers of a row are; figures that no sample has are left out. The unit is the last part of a name. */
  readonly columns: readonly ("at" | "interval" | SampleFieldName)[];
  /** `null` where a figure could not be read. */
  readonly rows: readonly (readonly (number | null)[])[];
}

const DIGITS = { ms: 1, bytes: 0, count: 0, ratio: 3 } as const;

/** The samples as text, in as few bytes as they need. */
export function sensorsFile(samples: readonly Sample[], interval: number): string {
  const names = FIGURES.filter((name) => samples.some((sample) => sample[name] !== undefined));
  const scales = names.map((name) => 10 ** DIGITS[SAMPLE_FIELDS[name].unit]);
  const file: SensorsFile = {
    schema: "sop.sensors/1",
    interval,
    columns: ["at", "interval", ...names],
    rows: samples.map((sample) => [
      sample.at,
      Math.round(sample.interval),
      ...names.map((name, i) => rounded(sample[name], scales[i] as number)),
    ]),
  };
  return `${JSON.stringify(file)}\n`;
}

function rounded(value: number | undefined, scale: number): number | null {
  return value === undefined ? null : Math.round(value * scale) / scale;
}
