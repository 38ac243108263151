import type { Flag } from "./flags.js";

// biome-ignore lint/suspicious/noExplicitAny: the wrapped function's own parameters are kept.
type AnyFunction = (...args: any[]) => unknown;

/** The two ways of a degradable function. */
export interface Degradable<F extends AnyFunction> {
  /** What runs while the flag is true. */
  readonly primary: F;
  /** What runs instead while it is false. */
  readonly fallback: F;
}

/** A function that asks the flag at each call which of the two to be; `degraded` is told when it is the fallback. */
export function degradable<F extends AnyFunction>(
  flag: Flag<boolean>,
  { primary, fallback }: Degradable<F>,
  degraded: (flag: string) => void,
): F {
  const choose = function (this: unknown, ...args: unknown[]): unknown {
    if (flag.value) return primary.apply(this, args);
    degraded(flag.name);
    return fallback.apply(this, args);
  };
  // Frameworks tell a handler's kind (Express: error middleware, callback style) by its number of parameters.
  Object.defineProperty(choose, "length", { value: primary.length });
  Object.defineProperty(choose, "name", { value: flag.name });
  return choose as F;
}
