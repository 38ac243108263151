import { OptionCheck } from "../../options/check.js";
import type { ExecuteOptions } from "../call.js";
import type { Policy } from "../policy.js";

/** What a wrapped function says of each of its calls. */
export interface WrapOptions<A extends unknown[]> {
  /** Whether calls may be made twice. Default: what `retry` or `hedge` were told. */
  readonly idempotent?: boolean;
  /** The key of a call under which `fallback({ stale })` remembers its value. Default: none. */
  readonly key?: (...args: A) => string;
}

/** A function under a policy that may give `V` in place of its value. */
export type Wrapped<This, A extends unknown[], R, V> = (this: This, ...args: A) => Promise<Awaited<R> | V>;

/** Makes a function that calls `fn` under `policy`. Throws `SOP_ERR_OPTION` for options that are wrong. */
export function wrapped<This, A extends unknown[], R, V>(
  policy: Policy<V>,
  fn: (this: This, ...args: A) => R,
  options: WrapOptions<A>,
): Wrapped<This, A, R, V> {
  const check = new OptionCheck({ fn, ...options }, "", ["fn", "idempotent", "key"]);
  if (typeof fn !== "function") check.reject("fn", "a function");
  const key = check.fn<(...args: A) => string>("key");
  const idempotent = check.value("idempotent") === undefined ? undefined : check.flag("idempotent", false);
  check.done();
  const fixed: ExecuteOptions | undefined = idempotent === undefined ? undefined : { idempotent };
  const call = function (this: This, ...args: A): Promise<Awaited<R> | V> {
    let said = fixed;
    try {
      if (key !== undefined) said = { idempotent, key: key.apply(this, args) };
    } catch (error) {
      return Promise.reject(error);
    }
    return policy.execute(() => fn.apply(this, args) as Awaited<R>, said);
  };
  // Frameworks tell a handler's kind (Express: error middleware, callback style) by its number of parameters.
  Object.defineProperty(call, "length", { value: fn.length });
  Object.defineProperty(call, "name", { value: fn.name });
  return call;
}
