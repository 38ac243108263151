import { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import type { Call, Task } from "../call.js";
import { Guard } from "../guard.js";
import { failedAt, type Inner, type Outcome } from "../outcome.js";
import { Permit } from "../permit.js";
import { readClock } from "../ports.js";
import { refused } from "../refused.js";
import { Aimd } from "./aimd.js";
import { Gradient2 } from "./gradient2.js";
import { Limiter, type LimitState } from "./limiter.js";
import { Measurement } from "./measurement.js";

/** Options of `adaptiveLimit`. Everything has a default. */
export interface AdaptiveLimitOptions {
  /** `gradient2` (the default) compares durations with what they usually are; `aimd` with `latencyThreshold`. */
  readonly algorithm?: "gradient2" | "aimd";
  /** The least that the limit may be, 1 to 100,000. Default 4. */
  readonly min?: number;
  /** The most that it may be, at least `min`. Default 200. */
  readonly max?: number;
  /** Where it begins, between the two. Default 20, or the nearer bound. */
  readonly initial?: number;
  /** How long durations are gathered before the limit moves, 1 ms to 1 min. Default 250 ms. */
  readonly window?: Duration;
  /** `aimd`: calls that take so long are too slow, 1 ms to 1 h. Default 1 s. */
  readonly latencyThreshold?: Duration;
  /** What a refusal tells its caller to wait, 0 to 1 h. Default 1 s. */
  readonly retryAfter?: Duration;
  /** Stands in its errors. Default `adaptive_limit`. */
  readonly name?: string;
  readonly clock?: Clock;
}

const ADAPTIVE_LIMIT_OPTION_NAMES = [
  "algorithm",
  "min",
  "max",
  "initial",
  "window",
  "latencyThreshold",
  "retryAfter",
  "name",
  "clock",
] as const satisfies readonly (keyof AdaptiveLimitOptions)[];

interface AdaptiveLimitSettings {
  readonly limiter: Limiter;
  readonly retryAfter: number;
  readonly name: string;
  readonly clock: Clock;
}

/** Bounds how many calls run at the same time, by what their durations tell. Made by `adaptiveLimit`. */
export class AdaptiveLimit extends Guard {
  readonly kind = "adaptive_limit";
  readonly #settings: AdaptiveLimitSettings;
  #refusals = 0;

  constructor(settings: AdaptiveLimitSettings) {
    super();
    this.#settings = settings;
  }

  get name(): string {
    return this.#settings.name;
  }

  /** Calls under way. */
  get active(): number {
    return this.#settings.limiter.inFlight;
  }

  /** The limit, and what it was made of. */
  get state(): LimitState {
    return this.#settings.limiter.state;
  }

  /** Calls that were refused, since the start. */
  get refusals(): number {
    return this.#refusals;
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    const { limiter, name, retryAfter, clock } = this.#settings;
    if (limiter.tryAcquire()) {
      return inner.start(task, call, new Permit(new Measurement(limiter, clock), call, outcome));
    }
    this.#refusals++;
    return failedAt(outcome, refused("SOP_OVERLOAD", name, "the adaptive limit is reached", retryAfter));
  }
}

const HOUR = 3_600_000;
const MANY = 100_000;

/**
 * Bounds how many calls run at the same time by a limit that it learns from their durations; what is too much is refused with
 * `SOP_OVERLOAD`. Its place is next to the function: what waits within it would be measured as well. Throws `SOP_ERR_OPTION` for
 * options that are wrong.
 */
export function adaptiveLimit(options: AdaptiveLimitOptions = {}): AdaptiveLimit {
  const check = new OptionCheck(options, "", ADAPTIVE_LIMIT_OPTION_NAMES);
  const min = check.integer("min", 4, 1, MANY);
  const max = check.integer("max", Math.max(200, min), min, MANY);
  const initial = check.integer("initial", Math.min(Math.max(20, min), max), min, max);
  const bounds = { min, max, initial };
  const tooLong = check.duration("latencyThreshold", 1_000, 1, HOUR);
  const algorithm = check.oneOf("algorithm", ["gradient2", "aimd"], "gradient2");
  const window = check.duration("window", 250, 1, 60_000);
  const settings = {
    limiter: new Limiter(algorithm === "aimd" ? new Aimd(bounds, tooLong) : new Gradient2(bounds), window),
    retryAfter: check.duration("retryAfter", 1_000, 0, HOUR),
    name: check.text("name", "adaptive_limit"),
    clock: readClock(check),
  };
  check.done();
  return new AdaptiveLimit(settings);
}
