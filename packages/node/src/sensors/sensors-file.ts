import type { Sample, SampleFieldName } from "@sop/core";
import { SAMPLE_FIELDS } from "@sop/core/diagnosis";
import { FIGURES } from "../blackbox/main-slot.js";

/** `bundle/sensors.json`: samples as a table, the oldest first. */
export interface SensorsFile {
  readonly schema: "sop.sensors/1";
  /** Milliseconds between two samples, as configured. */
  readonly interval: number;
  /** What the numbers of a row are. The unit is the last part of a name. */
  readonly columns: readonly ("at" | "interval" | SampleFieldName)[];
  /** `null` where a figure could not be read. */
  readonly rows: readonly (readonly (number | null)[])[];
}

/** Digits after the point, by unit. */
const DIGITS = { ms: 1, bytes: 0, count: 0, ratio: 3 } as const;
const FIGURE_DIGITS = FIGURES.map((name) => DIGITS[SAMPLE_FIELDS[name].unit]);

/** One row: numbers in as few digits as they need. */
export function rowText(sample: Sample): string {
  let text = `[${sample.at},${Math.round(sample.interval)}`;
  for (let i = 0; i < FIGURES.length; i++) {
    const value = sample[FIGURES[i] as SampleFieldName];
    text += value === undefined ? ",null" : `,${numberText(value, FIGURE_DIGITS[i] as number)}`;
  }
  return `${text}]`;
}

/** The engine writes whole numbers many times as fast as others. What is infinite is no number of JSON. */
function numberText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "null";
  if (digits === 0 || Number.isInteger(value)) return `${Math.round(value)}`;
  const scale = 10 ** digits;
  const scaled = Math.round(Math.abs(value) * scale);
  const rest = scaled % scale;
  const sign = value < 0 && scaled > 0 ? "-" : "";
  const whole = `${sign}${(scaled - rest) / scale}`;
  return rest === 0 ? whole : `${whole}.${`${rest}`.padStart(digits, "0")}`;
}

/** The file of these rows. */
export function fileText(rows: readonly string[], interval: number): string {
  const columns = JSON.stringify(["at", "interval", ...FIGURES]);
  return `{"schema":"sop.sensors/1","interval":${interval},"columns":${columns},"rows":[\n${rows.join(",\n")}\n]}\n`;
}

/** The file of samples that are not read again. */
export function sensorsFile(samples: readonly Sample[], interval: number): string {
  return fileText(samples.map(rowText), interval);
}
