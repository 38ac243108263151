import { Context } from "./context.js";
import type { RequestContext } from "./request-context.js";

// biome-ignore lint/suspicious/noExplicitAny: the wrapped function's own parameters are kept.
type AnyFunction = (...args: any[]) => unknown;

/** `fn`, under a name: what it throws, rejects with, or hands to a callback `next(error)` is counted under it. */
export function named<F extends AnyFunction>(name: string, fn: F, current: () => RequestContext | undefined): F {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const context = current();
    const blame = (): void => {
      if (context instanceof Context) context.failedIn ??= name;
    };
    const rethrow = (error: unknown): never => {
      blame();
      throw error;
    };
    const last = args.length - 1;
    const next = args[last];
    if (typeof next === "function") args[last] = watched(next as AnyFunction, blame);
    try {
      const result = fn.apply(this, args);
      return result instanceof Promise ? result.catch(rethrow) : result;
    } catch (error) {
      return rethrow(error);
    }
  };
  Object.defineProperty(wrapped, "length", { value: fn.length });
  Object.defineProperty(wrapped, "name", { value: name });
  return wrapped as F;
}

// Express calls `next("route")` and `next("router")` to go on elsewhere: those are no failures.
function watched(next: AnyFunction, blame: () => void): AnyFunction {
  return (...args) => {
    const [error] = args as unknown[];
    if (error && error !== "route" && error !== "router") blame();
    return next(...args);
  };
}
