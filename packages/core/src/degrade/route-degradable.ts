import { OptionCheck } from "../options/check.js";

/** A flag that a route depends on, and what answers while it is off. */
export interface DegradableRoute<F> {
  /** The name of a boolean flag, whose default is true. */
  readonly flag: string;
  /** Answers in the handler's place. Default: none, the answer is 503 `SOP_DEGRADED`. */
  readonly fallback?: F | undefined;
}

/** What a route says of its flag: the flag's name, or the flag with a fallback. */
export type RouteDegradable<F> = string | DegradableRoute<F>;

/**
 * For adapters: checks what a route says of its flag. Throws `SOP_ERR_OPTION` that names every problem; `path` is where the option
 * `degradable` stands.
 */
export function routeDegradable<F>(given: RouteDegradable<F>, path = ""): DegradableRoute<F> {
  const check = new OptionCheck({ degradable: given }, path, ["degradable"]);
  if (typeof given === "string") check.text("degradable", undefined);
  else if (typeof given !== "object" || given === null)
    check.reject("degradable", "a flag's name, or { flag, fallback }");
  else {
    const route = check.nested("degradable", ["flag", "fallback"]);
    route.text("flag", undefined);
    route.fn("fallback");
  }
  check.done();
  return typeof given === "string" ? { flag: given } : given;
}
