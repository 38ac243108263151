import { type EvaluationContext, OptionError } from "@sop/core";

/** How a context is given; part of the commands' help. */
export const CONTEXT_HELP =
  "what the flag is evaluated for: k=v, once for each; k may have dots (user.plan=gold), v may be JSON";

interface Tree {
  [name: string]: unknown;
}

/** The context that `k=v` pairs make. Throws `SOP_ERR_OPTION` for one that is none. */
export function readContext(pairs: readonly string[] = []): EvaluationContext {
  const context: Tree = Object.create(null);
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const keys = pair.slice(0, Math.max(equals, 0)).split(".");
    if (keys.includes("")) {
      throw new OptionError([{ path: "context", value: JSON.stringify(pair), allowed: "k=v, such as plan=gold" }]);
    }
    put(context, keys, pair.slice(equals + 1));
  }
  return context;
}

function put(context: Tree, keys: readonly string[], text: string): void {
  let at = context;
  for (const key of keys.slice(0, -1)) {
    const inner = at[key];
    at = at[key] = isTree(inner) ? inner : (Object.create(null) as Tree);
  }
  // A key is always a text: splits hash its characters.
  at[keys.at(-1) as string] = keys.join(".") === "targetingKey" ? text : jsonOrText(text);
}

/** The JSON value of a text, or else the text. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
