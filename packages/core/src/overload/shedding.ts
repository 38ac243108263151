import type { Context } from "../request/context.js";
import { problem, type Reply } from "../request/reply.js";
import type { Criticality } from "./criticality.js";
import { criticalityOf } from "./criticality.js";
import type { OverloadSettings } from "./options.js";

/** What all reasons to refuse have in common: who is refused first, and what they are told. */
export class Shedding {
  readonly #settings: OverloadSettings;
  readonly #random: () => number;

  constructor(settings: OverloadSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** How much of a limit each class may use, 0..1. */
  get shares(): Readonly<Record<Criticality, number>> {
    return this.#settings.shares;
  }

  /** The class of a request, or `health` for what is always let through. */
  classOf(context: Context): Criticality | "health" {
    return criticalityOf(context, this.#settings);
  }

  /** Each is told another whole number of seconds of 1 to `retryAfter`, so that clients do not come back in step. */
  refuse(context: Context): Reply {
    const seconds = this.#settings.retryAfter / 1_000;
    return problem("SOP_OVERLOAD", context.id, { retryAfter: this.#random() * seconds });
  }
}
