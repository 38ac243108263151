import { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import type { Call, ExecuteOptions, Task } from "../call.js";
import { execute } from "../execute.js";
import type { Policy } from "../policy.js";
import { readClock } from "../ports.js";
import { started } from "../settle.js";
import { FallbackError } from "./fallback-error.js";
import { StaleCache } from "./stale-cache.js";

/** How long and how many last good values are kept. */
export interface StaleOptions {
  /** The oldest value that is given, 1 ms to 24 days. Default 5 min. */
  readonly maxAge?: Duration;
  /** Keys that are kept, 1 to 1,000,000; the least recently stored leaves first. Default 1,000. */
  readonly maxEntries?: number;
}

/** Options of `fallback`: at least one of `value`, `with` and `stale`, and not both of the first two. */
export interface FallbackOptions<V> {
  /** Given in place of the call's value. The same one each time. */
  readonly value?: V;
  /** Makes what is given in place of the call's value. What it throws, or rejects with, goes into a `FallbackError`. */
  readonly with?: (error: unknown, call: Call) => V | PromiseLike<V>;
  /**
   * The last good value of the same key, where there is one, before the other two. The key is the caller's, by
   * `execute(task, { key })`; a call without a key neither leaves a value nor gets one.
   */
  readonly stale?: StaleOptions;
  /** Whether a failure is covered. Default: each is. */
  readonly when?: (error: unknown) => boolean;
  readonly clock?: Clock;
}

interface FallbackSettings<V> {
  readonly make: ((error: unknown, call: Call) => V | PromiseLike<V>) | undefined;
  readonly stale: StaleCache | undefined;
  readonly when: ((error: unknown) => boolean) | undefined;
}

/** Gives something else where a call failed. Made by `fallback`. */
export class FallbackPolicy<out V> implements Policy<V> {
  readonly kind = "fallback";
  readonly #settings: FallbackSettings<V>;
  #used = 0;

  constructor(settings: FallbackSettings<V>) {
    this.#settings = settings;
  }

  /** Calls whose failure was covered, since the start. */
  get used(): number {
    return this.#used;
  }

  /** Values that are kept. */
  get kept(): number {
    return this.#settings.stale?.size ?? 0;
  }

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T | V> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T | V> {
    const { stale } = this.#settings;
    const { key } = call;
    const failed = (error: unknown): Promise<T | V> => this.#cover(error, call);
    if (stale === undefined || key === undefined) return started(task, call).then(undefined, failed);
    return started(task, call).then((value) => {
      stale.put(key, value);
      return value;
    }, failed);
  }

  /** An abort is not covered: nobody waits for the value any more. */
  async #cover<T>(error: unknown, call: Call): Promise<T | V> {
    const { make, stale, when } = this.#settings;
    if (call.aborted || (when !== undefined && !when(error))) throw error;
    const kept = call.key === undefined ? undefined : stale?.get(call.key);
    if (kept === undefined && make === undefined) throw error;
    this.#used++;
    if (kept !== undefined) return kept.value as T;
    return started((inner) => (make as NonNullable<typeof make>)(error, inner), call).catch((second: unknown) => {
      throw new FallbackError(error, second);
    });
  }
}

const NAMES = ["value", "with", "stale", "when", "clock"];
const LONGEST = 24 * 86_400_000;

/**
 * Gives something else where a call failed: its last good value, a fixed value, or what a function makes. A call that was given up
 * is not covered. Where the fallback fails as well, the call fails with a `FallbackError` that has both. Throws `SOP_ERR_OPTION`
 * for options that are wrong.
 */
export function fallback<V = never>(options: FallbackOptions<V>): FallbackPolicy<V> {
  const check = new OptionCheck(options, "", NAMES);
  const clock = readClock(check);
  const make = check.fn<NonNullable<FallbackOptions<V>["with"]>>("with");
  const value = check.value("value") as V;
  const hasValue = Object.hasOwn(Object(options), "value");
  if (hasValue && make !== undefined) check.reject("value", "nothing beside `with`");
  const hasStale = check.value("stale") !== undefined;
  if (!hasValue && !hasStale && make === undefined) check.reject("value", "a value, `with` or `stale`: one of them");
  const keep = check.nested("stale", ["maxAge", "maxEntries"]);
  const maxAge = keep.duration("maxAge", 300_000, 1, LONGEST);
  const maxEntries = keep.integer("maxEntries", 1_000, 1, 1_000_000);
  const settings = {
    make: hasValue ? () => value : make,
    stale: hasStale ? new StaleCache(clock, maxAge, maxEntries) : undefined,
    when: check.fn<(error: unknown) => boolean>("when"),
  };
  check.done();
  return new FallbackPolicy(settings);
}
