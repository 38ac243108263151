/** Milliseconds as a number, or `250ms`, `30s`, `2m`, `1h`. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const SHAPE = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** The milliseconds of a {@link Duration}, or `undefined` where the value is none. Negative and infinite values are none. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = SHAPE.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (UNITS[match[2] as string] as number);
}
