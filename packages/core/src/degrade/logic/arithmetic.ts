import type { Operator } from "./operators.js";
import { numberOf } from "./values.js";

/** Numbers into one; `null` where an operand or the result is no number. */
function numeric(of: (numbers: readonly number[]) => number): Operator {
  return (operands) => {
    const list = operands.list();
    return (data, root) => {
      const result = of(list(data, root).map(numberOf));
      return Number.isFinite(result) ? result : null;
    };
  };
}

/** From the left; `alone` is what becomes of an only operand. */
function folded(step: (a: number, b: number) => number, alone: (n: number) => number): Operator {
  return numeric(([first = Number.NaN, ...more]) => (more.length === 0 ? alone(first) : more.reduce(step, first)));
}

export const arithmetic: Readonly<Record<string, Operator>> = {
  "+": numeric((numbers) => numbers.reduce((sum, n) => sum + n, 0)),
  "*": numeric((numbers) => numbers.reduce((product, n) => product * n, 1)),
  "-": folded(
    (a, b) => a - b,
    (n) => -n,
  ),
  "/": folded(
    (a, b) => a / b,
    (n) => 1 / n,
  ),
  "%": folded(
    (a, b) => a % b,
    () => Number.NaN,
  ),
  max: numeric((numbers) => Math.max(...numbers)),
  min: numeric((numbers) => Math.min(...numbers)),
};
