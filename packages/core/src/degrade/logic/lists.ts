import type { Rule } from "./compile.js";
import type { Operator } from "./operators.js";
import { listOf, truthy } from "./values.js";

/** An operator over the items of its first operand; `holds` evaluates its second one for an item. */
function over(of: (items: readonly unknown[], at: (item: unknown) => unknown) => unknown): Operator {
  return (operands) => {
    operands.expect(2);
    const items = operands.rule(0);
    const body = operands.rule(1);
    return (data, root) => of(listOf(items(data, root)), (item) => body(item, root));
  };
}

const reduce: Operator = (operands) => {
  operands.expect(2, 3);
  const items = operands.rule(0);
  const body = operands.rule(1);
  const initial = operands.rule(2);
  return (data, root) =>
    listOf(items(data, root)).reduce(
      (accumulator, current) => body({ accumulator, current }, root),
      initial(data, root),
    );
};

const merge: Operator = (operands) => {
  const list = operands.list();
  return (data, root) => list(data, root).flat();
};

/** From so many on a set is faster than a search. */
const MANY = 8;

/** A text within a text, or an item of a list. */
const within: Operator = (operands) => {
  operands.expect(2);
  const needle = operands.rule(0);
  const [, place] = operands.given;
  const haystack = operands.rule(1);
  if (Array.isArray(place) && place.length >= MANY && place.every((item) => typeof item !== "object")) {
    return has(needle, new Set(place));
  }
  return (data, root) => {
    const item = needle(data, root);
    const all = haystack(data, root);
    if (typeof all === "string") return all.includes(String(item));
    return listOf(all).includes(item);
  };
};

function has(needle: Rule, items: ReadonlySet<unknown>): Rule {
  return (data, root) => items.has(needle(data, root));
}

export const lists: Readonly<Record<string, Operator>> = {
  map: over((items, at) => items.map(at)),
  filter: over((items, at) => items.filter((item) => truthy(at(item)))),
  // Of nothing nothing holds, not even for all of it.
  all: over((items, at) => items.length > 0 && items.every((item) => truthy(at(item)))),
  some: over((items, at) => items.some((item) => truthy(at(item)))),
  none: over((items, at) => !items.some((item) => truthy(at(item)))),
  reduce,
  merge,
  in: within,
};
