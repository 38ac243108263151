import type { Rule } from "./compile.js";
import type { Operator } from "./operators.js";
import { listOf, member } from "./values.js";

/** Reads what stands at a path; `undefined` where nothing does. A dot within a name is written `\.`. */
function reader(path: unknown): (data: unknown) => unknown {
  const names = String(path).match(/(?:\\.|[^.\\])+/g) ?? [];
  const [first = "", second, ...more] = names.map((name) => name.replace(/\\(.)/g, "$1"));
  if (second === undefined) return (data) => member(data, first);
  if (more.length === 0) return (data) => member(member(data, first), second);
  const rest = [second, ...more];
  return (data) => rest.reduce(member, member(data, first));
}

const PROPERTIES = { flagKey: "$flagd.flagKey", timestamp: "$flagd.timestamp" };

const variable: Operator = (operands) => {
  const [path = ""] = operands.given;
  const { flag, now } = operands.purpose;
  if (path === PROPERTIES.flagKey) return () => flag;
  // Whole seconds since 1970, as flagd has it.
  if (path === PROPERTIES.timestamp) return () => Math.floor(now() / 1_000);
  const fallback = operands.given.length > 1 ? operands.rule(1) : nothing;
  const whole: Rule = (data, root) => data ?? fallback(data, root);
  if (path === "" || path === null) return whole;
  if (typeof path !== "object") {
    const read = reader(path);
    return (data, root) => read(data) ?? fallback(data, root);
  }
  const computed = operands.rule(0);
  return (data, root) => {
    const name = computed(data, root);
    return name === "" || name === null ? whole(data, root) : (reader(name)(data) ?? fallback(data, root));
  };
};

const nothing: Rule = () => null;

/** Those names of a list that stand for nothing. Names that are written down are looked up by readers made once. */
function absent(
  given: readonly unknown[],
  names: Rule,
): (data: unknown, root: unknown) => readonly [unknown[], number] {
  const known = new Map(given.filter((name) => typeof name === "string").map((name) => [name, reader(name)]));
  return (data, root) => {
    const all = listOf(names(data, root));
    const missing = all.filter((name) => ((known.get(name as string) ?? reader(name))(data) ?? null) === null);
    return [missing, all.length];
  };
}

const missing: Operator = (operands) => {
  const look = absent(operands.given, operands.list());
  return (data, root) => look(data, root)[0];
};

/** Nothing where at least so many are there, else those that are not. */
const missingSome: Operator = (operands) => {
  operands.expect(2);
  const wanted = operands.rule(0);
  const look = absent(listOf(operands.given[1]), operands.rule(1));
  return (data, root) => {
    const [names, all] = look(data, root);
    return all - names.length >= Number(wanted(data, root)) ? [] : names;
  };
};

/** Its operand as it is: to write a line for each request would be a fault of its own; `explain` shows the value. */
const log: Operator = (operands) => operands.rule(0);

export const data: Readonly<Record<string, Operator>> = { var: variable, missing, missing_some: missingSome, log };
