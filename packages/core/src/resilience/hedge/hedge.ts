import { OptionCheck } from "../../options/check.js";
import type { Call, Task } from "../call.js";
import { Guard } from "../guard.js";
import { type Inner, type Outcome, through } from "../outcome.js";
import type { RetryBudget } from "../retry/retry-budget.js";
import { Latency } from "./latency.js";
import { HEDGE_OPTION_NAMES, type HedgeOptions, type HedgeSettings, readHedgeOptions } from "./options.js";
import { Race, type RaceRules } from "./race.js";

/** Starts another attempt beside one that takes long. Made by `hedge`. */
export class HedgePolicy extends Guard {
  readonly kind = "hedge";
  readonly #settings: HedgeSettings;
  readonly #latency: Latency | undefined;
  readonly #rules: RaceRules;
  #hedges = 0;
  #wins = 0;

  constructor(settings: HedgeSettings) {
    super();
    const { delay, budget, clock, maxHedges } = settings;
    this.#settings = settings;
    this.#latency = delay.kind === "percentile" ? new Latency(delay.share) : undefined;
    this.#rules = {
      clock,
      maxHedges,
      spend: () => {
        if (budget?.withdraw() === false) return false;
        this.#hedges++;
        return true;
      },
      won: () => {
        this.#wins++;
      },
      isMeasured: this.#latency !== undefined,
      took: (duration) => this.#latency?.add(duration),
    };
  }

  /** How long an attempt may take before the next one, in milliseconds; `undefined` while too few were measured. */
  get delay(): number | undefined {
    const { delay } = this.#settings;
    return delay.kind === "fixed" ? delay.ms : this.#latency?.quantile;
  }

  /** Attempts beside the first one, at most. */
  get maxHedges(): number {
    return this.#settings.maxHedges;
  }

  /** What limits the attempts beside the first one; `undefined` where nothing does. */
  get budget(): RetryBudget | undefined {
    return this.#settings.budget;
  }

  /** Attempts that were started beside, since the start. */
  get hedges(): number {
    return this.#hedges;
  }

  /** Those of them that were faster. */
  get wins(): number {
    return this.#wins;
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    const { budget, idempotent } = this.#settings;
    budget?.deposit();
    const delay = (call.idempotent ?? idempotent) ? this.delay : undefined;
    if (delay === undefined && this.#latency === undefined) return inner.start(task, call, outcome);
    const settled = new Promise((resolve, reject) => {
      new Race(this.#rules, inner, task, call, delay, resolve, reject).start();
    });
    return through(settled, outcome);
  }
}

/**
 * Starts another attempt beside one that takes long; the first success wins, and the signals of the others are aborted (J. Dean and
 * L. A. Barroso, The Tail at Scale, 2013). For calls that are declared idempotent, as for `retry`. A call fails when all its attempts
 * have. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function hedge(options: HedgeOptions = {}): HedgePolicy {
  const check = new OptionCheck(options, "", HEDGE_OPTION_NAMES);
  const settings = readHedgeOptions(check);
  check.done();
  return new HedgePolicy(settings);
}
