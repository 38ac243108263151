import { OptionCheck } from "../options/check.js";
import type { Duration } from "../options/duration.js";
import type { Clock } from "../ports/clock.js";
import { StaleCache } from "../resilience/fallback/stale-cache.js";

/** Options of a fallback that answers with the last good results. */
export interface StaleCacheOptions<A extends readonly unknown[]> {
  /** How many results are kept, 1 to 100,000, default 1,000; the one that was not renewed for the longest time makes room. */
  readonly max?: number | undefined;
  /** How old a result may be that is served, 1 ms to 24 h, default `5m`. */
  readonly maxAge?: Duration | undefined;
  /** The key of a call. Default: its arguments as JSON. */
  readonly key?: ((...args: A) => string) | undefined;
}

const DAY = 86_400_000;

/** The last good results of a function by the arguments they were for. What it gives is shared: nobody may change it. */
export class LastGood {
  readonly #results: StaleCache;
  readonly #keyOf: (...args: unknown[]) => string;

  /** Throws `SOP_ERR_OPTION` that names what is wrong with `options`; `path` is what they are called. */
  constructor(options: unknown, path: string, clock: Clock) {
    const check = new OptionCheck(options, path, ["max", "maxAge", "key"]);
    const max = check.integer("max", 1_000, 1, 100_000);
    const maxAge = check.duration("maxAge", 300_000, 1, DAY);
    this.#results = new StaleCache(clock, maxAge, max);
    this.#keyOf = check.fn<(...args: unknown[]) => string>("key") ?? ((...args) => JSON.stringify(args));
    check.done();
  }

  /** Keeps a result once it is known to be good, and returns it as it is. */
  keep<T>(args: readonly unknown[], result: T): T {
    const key = this.#keyOf(...args);
    if (result instanceof Promise) result.then((value) => this.#results.put(key, Promise.resolve(value)), ignore);
    else this.#results.put(key, result);
    return result;
  }

  /** The last good result, a promise of it where the function had given one; `undefined` where there is none that is young enough. */
  get(args: readonly unknown[]): { readonly value: unknown } | undefined {
    return this.#results.get(this.#keyOf(...args));
  }
}

// A failure is the caller's to see, and nothing to keep.
function ignore(): void {}
