import { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import type { Call, Task } from "../call.js";
import { Guard } from "../guard.js";
import type { Inner, Outcome } from "../outcome.js";
import { readClock } from "../ports.js";
import { Cover, type CoverOwner, type CoverSettings } from "./cover.js";
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

/** Gives something else where a call failed. Made by `fallback`. */
export class FallbackPolicy<out V> extends Guard<V> {
  readonly kind = "fallback";
  declare readonly substitute?: () => V;
  readonly #owner: CoverOwner;

  constructor(settings: CoverSettings) {
    super();
    this.#owner = { settings, used: 0 };
  }

  /** Calls whose failure was covered, since the start. */
  get used(): number {
    return this.#owner.used;
  }

  /** Values that are kept. */
  get kept(): number {
    return this.#owner.settings.stale?.size ?? 0;
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    return inner.start(task, call, new Cover(this.#owner, call, outcome));
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
