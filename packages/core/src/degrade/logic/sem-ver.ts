import type { Operator } from "./operators.js";

/** A version of Semantic Versioning 2.0.0; what is behind `+` does not count. */
interface Version {
  readonly numbers: readonly [number, number, number];
  readonly before: readonly string[];
}

const NUMBER = "(0|[1-9]\\d{0,15})";
const IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";
const VERSION = new RegExp(
  `^[vV]?${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z.-]+)?)?)?$`,
);

const HOLDS: Readonly<Record<string, (order: number, a: Version, b: Version) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "^": (_, a, b) => a.numbers[0] === b.numbers[0],
  "~": (_, a, b) => a.numbers[0] === b.numbers[0] && a.numbers[1] === b.numbers[1],
};

/** Compares two versions; `null` where one is none. As flagd, it takes a leading `v`, `1` for `1.0.0` and `1.2` for `1.2.0`. */
export const semVer: Operator = (operands) => {
  operands.expect(3);
  const [, operator, target] = operands.given;
  const holds = typeof operator === "string" && Object.hasOwn(HOLDS, operator) ? HOLDS[operator] : undefined;
  if (!holds) return operands.reject(operator, `one of ${Object.keys(HOLDS).join(" ")}`, 1);
  const left = operands.rule(0);
  const right = operands.rule(2);
  const fixed = typeof target === "object" ? undefined : parse(target);
  if (typeof target !== "object" && !fixed) return operands.reject(target, "a version such as 1.2.3", 2);
  return (data, root) => {
    const a = parse(left(data, root));
    const b = fixed ?? parse(right(data, root));
    return a && b ? holds(order(a, b), a, b) : null;
  };
};

function parse(value: unknown): Version | undefined {
  const [, major, minor = "0", patch = "0", before] = VERSION.exec(String(value)) ?? [];
  if (major === undefined) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], before: before?.split(".") ?? [] };
}

/** Below 0 where `a` comes first (Semantic Versioning 2.0.0, 11). */
function order(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) {
    if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] - b.numbers[i];
  }
  // A release comes after what was before it.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (const [i, one] of a.before.entries()) {
    const other = b.before[i];
    if (other === undefined) return 1;
    if (one !== other) return orderOf(one, other);
  }
  return a.before.length - b.before.length;
}

/** Numbers come before texts. */
function orderOf(one: string, other: string): number {
  const digits = /^\d+$/;
  if (digits.test(one) && digits.test(other)) return Number(one) - Number(other);
  if (digits.test(one) !== digits.test(other)) return digits.test(one) ? -1 : 1;
  return one < other ? -1 : 1;
}
