import type { Rule } from "./compile.js";
import type { Operator } from "./operators.js";
import { truthy } from "./values.js";

/** Conditions with their results, the last one for all else. */
const ifElse: Operator = (operands) => {
  const { length } = operands.given;
  const last = length % 2 === 1 ? length - 1 : length;
  let rest: Rule = operands.rule(last, operands.isResult);
  for (let i = last - 2; i >= 0; i -= 2) {
    rest = branch(operands.rule(i), operands.rule(i + 1, operands.isResult), rest);
  }
  return rest;
};

function branch(condition: Rule, then: Rule, otherwise: Rule): Rule {
  return (data, root) => (truthy(condition(data, root)) ? then(data, root) : otherwise(data, root));
}

/** The first operand that counts as `wanted`, else the last; `null` without any. */
function firstThat(wanted: boolean): Operator {
  return (operands) => {
    const rules = operands.rules();
    return (data, root) => {
      let value: unknown = null;
      for (const rule of rules) {
        value = rule(data, root);
        if (truthy(value) === wanted) return value;
      }
      return value;
    };
  };
}

function asBoolean(wanted: boolean): Operator {
  return (operands) => {
    const value = operands.rule(0);
    return (data, root) => truthy(value(data, root)) === wanted;
  };
}

export const choice: Readonly<Record<string, Operator>> = {
  if: ifElse,
  "?:": ifElse,
  and: firstThat(false),
  or: firstThat(true),
  "!": asBoolean(false),
  "!!": asBoolean(true),
};
