/** Bytes as a number, or `64KiB`, `8MiB`, `2GiB`. */
export type Size = number | `${number}KiB` | `${number}MiB` | `${number}GiB`;

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const SHAPE = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)$/;

/** The bytes of a {@link Size}, or `undefined` where the value is none. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  const [, digits, unit] = (typeof value === "string" && SHAPE.exec(value)) || [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit as string] as number);
}
