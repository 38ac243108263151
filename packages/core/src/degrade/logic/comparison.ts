import type { Operator } from "./operators.js";
import { numberOf } from "./values.js";

type Compare = (a: unknown, b: unknown) => boolean;

/** Holds between each operand and the next: with three of them, `<` is between. */
function chain(compare: Compare): Operator {
  return (operands) => {
    operands.expect(2, Number.POSITIVE_INFINITY);
    if (operands.given.length === 2) {
      const left = operands.rule(0);
      const right = operands.rule(1);
      return (data, root) => compare(left(data, root), right(data, root));
    }
    const rules = operands.rules();
    return (data, root) => {
      let before: unknown;
      return rules.every((rule, i) => {
        const value = rule(data, root);
        const holds = i === 0 || compare(before, value);
        before = value;
        return holds;
      });
    };
  };
}

/** As `==` of JavaScript between all that is no object: texts and booleans are numbers where the other side is one. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  return typeof a !== typeof b && numberOf(a) === numberOf(b);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Two texts by their code units, all else as numbers; what is no number is neither less nor more. */
function ordered(texts: (a: string, b: string) => boolean, numbers: (a: number, b: number) => boolean): Compare {
  return (a, b) => (typeof a === "string" && typeof b === "string" ? texts(a, b) : numbers(numberOf(a), numberOf(b)));
}

export const comparison: Readonly<Record<string, Operator>> = {
  "==": chain(equal),
  "!=": chain((a, b) => !equal(a, b)),
  "===": chain((a, b) => a === b),
  "!==": chain((a, b) => a !== b),
  "<": chain(
    ordered(
      (a, b) => a < b,
      (a, b) => a < b,
    ),
  ),
  "<=": chain(
    ordered(
      (a, b) => a <= b,
      (a, b) => a <= b,
    ),
  ),
  ">": chain(
    ordered(
      (a, b) => a > b,
      (a, b) => a > b,
    ),
  ),
  ">=": chain(
    ordered(
      (a, b) => a >= b,
      (a, b) => a >= b,
    ),
  ),
};
