import type { Problem } from "./endpoint.js";

/** Names that a problem suggests. */
export const MOST_NAMES = 20;

/** A name that nothing has; `names`: some that there are, so that a slip is seen at once. */
export function unknownName(
  what: "breaker" | "flag",
  name: string,
  names: readonly string[],
): { readonly problem: Problem } {
  const some = names.slice(0, MOST_NAMES).map((one) => JSON.stringify(one.slice(0, 100)));
  const more = names.length > MOST_NAMES ? ", ..." : "";
  const there = some.length === 0 ? "there are none yet" : `there are ${some.join(", ")}${more}`;
  return { problem: { code: "SOP_ERR_NOT_FOUND", detail: `no ${what} is called ${JSON.stringify(name)}: ${there}` } };
}
