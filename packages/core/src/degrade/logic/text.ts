import type { Operator } from "./operators.js";
import { numberOf, textOf } from "./values.js";

const cat: Operator = (operands) => {
  const rules = operands.list();
  return (data, root) => rules(data, root).map(textOf).join("");
};

/** From `start` on, which counts from the end where it is below 0; `length` below 0 leaves so many out at the end. */
const substr: Operator = (operands) => {
  operands.expect(2, 3);
  const source = operands.rule(0);
  const start = operands.rule(1);
  const length = operands.rule(2);
  return (data, root) => {
    const rest = textOf(source(data, root)).slice(numberOf(start(data, root)));
    const wanted = length(data, root);
    return wanted === null ? rest : rest.slice(0, numberOf(wanted));
  };
};

/** `null` where one of the two is no text. */
function compares(holds: (text: string, part: string) => boolean): Operator {
  return (operands) => {
    operands.expect(2);
    const text = operands.rule(0);
    const part = operands.rule(1);
    return (data, root) => {
      const a = text(data, root);
      const b = part(data, root);
      return typeof a === "string" && typeof b === "string" ? holds(a, b) : null;
    };
  };
}

export const text: Readonly<Record<string, Operator>> = {
  cat,
  substr,
  starts_with: compares((text, part) => text.startsWith(part)),
  ends_with: compares((text, part) => text.endsWith(part)),
};
