import { SopError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import { named } from "../request/named.js";
import type { RequestContext } from "../request/request-context.js";
import type { Flag } from "./flags/flag.js";
import { LastGood, type StaleCacheOptions } from "./last-good.js";

// biome-ignore lint/suspicious/noExplicitAny: the wrapped function's own parameters are kept.
type AnyFunction = (...args: any[]) => unknown;

/**
 * What answers while the flag is off: another function; one and the same value (a promise, where the primary gives one); or the last
 * good result for the same arguments, as long as it is not too old.
 */
export type Fallback<F extends AnyFunction> =
  | F
  | { readonly value: ReturnType<F> }
  | { readonly cache: StaleCacheOptions<Parameters<F>> };

/** The two ways of a degradable function. */
export interface Degradable<F extends AnyFunction> {
  /** What runs while the flag is true. */
  readonly primary: F;
  /** What answers while it is false. Without one, and where a cache has nothing, it fails with `SOP_DEGRADED`. */
  readonly fallback?: Fallback<F> | undefined;
}

/** What a degradable function needs of the world around it. */
export interface DegradablePorts {
  readonly clock: Clock;
  /** The request that the running code belongs to. */
  readonly current: () => RequestContext | undefined;
  /** Told of each call that is not the primary's. */
  readonly degraded: (context: RequestContext | undefined) => void;
}

type Call = (self: unknown, args: unknown[]) => unknown;

/** A function that asks the flag at each call which of the two to be. */
export function degradable<F extends AnyFunction>(
  flag: Flag<boolean>,
  { primary, fallback }: Degradable<F>,
  { clock, current, degraded }: DegradablePorts,
): F {
  const refuse = refusal(flag.name, primary);
  const cache = isCached(fallback) ? new LastGood(fallback.cache, "degradable.fallback.cache", clock) : undefined;
  const instead = cache ? cached(cache, refuse) : fallbackOf(flag.name, fallback, refuse, current);
  const choose = function (this: unknown, ...args: unknown[]): unknown {
    if (flag.value) {
      const result = primary.apply(this, args);
      return cache ? cache.keep(args, result) : result;
    }
    degraded(current());
    return instead(this, args);
  };
  // Frameworks tell a handler's kind (Express: error middleware, callback style) by its number of parameters.
  Object.defineProperty(choose, "length", { value: primary.length });
  Object.defineProperty(choose, "name", { value: flag.name });
  return choose as F;
}

function isCached(fallback: unknown): fallback is { readonly cache: unknown } {
  return typeof fallback === "object" && fallback !== null && "cache" in fallback;
}

function fallbackOf(name: string, fallback: unknown, refuse: Call, current: DegradablePorts["current"]): Call {
  if (typeof fallback === "function") {
    // What goes wrong in it is counted under the flag: it is what was relied on when the primary was switched off.
    const guarded = named(name, fallback as AnyFunction, current);
    return (self, args) => guarded.apply(self, args);
  }
  if (typeof fallback !== "object" || fallback === null) return refuse;
  const { value } = fallback as { readonly value: unknown };
  return () => value;
}

function cached(cache: LastGood, refuse: Call): Call {
  return (self, args) => {
    const kept = cache.get(args);
    return kept ? kept.value : refuse(self, args);
  };
}

/** Fails as the primary would: by a rejection where it is an async function, else by throwing. */
function refusal(name: string, primary: AnyFunction): Call {
  const isAsync = Object.prototype.toString.call(primary) === "[object AsyncFunction]";
  return () => {
    const error = new SopError("SOP_DEGRADED", `${name} is switched off`);
    if (isAsync) return Promise.reject(error);
    throw error;
  };
}
