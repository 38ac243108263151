import type { Observer } from "../observe/observer.js";
import type { Context } from "../request/context.js";
import type { AdmissionPolicy } from "../request/policy.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";
import type { ConcurrencyLimit } from "./concurrency-limit.js";
import type { Criticality } from "./criticality.js";
import type { Shedding } from "./shedding.js";

/** Refuses what would be one more in flight than the limit has room for. What was refused takes no room. */
export class ConcurrencyPolicy implements AdmissionPolicy {
  readonly name: string;
  /** Frees the places. */
  readonly observer: Observer;
  readonly #limit: ConcurrencyLimit;
  readonly #shedding: Shedding;
  #held = 0;

  constructor(limit: ConcurrencyLimit, shedding: Shedding) {
    this.name = limit.name;
    this.#limit = limit;
    this.#shedding = shedding;
    this.observer = {
      name: limit.name,
      closed: (context, _status, duration) => this.#free(context as Context, duration),
    };
  }

  /** Requests that were let through and have not ended, and how many there may be. */
  get state(): { readonly inFlight: number; readonly limit: number } {
    return { inFlight: this.#held, limit: this.#limit.limit };
  }

  admit(given: RequestContext): Reply | undefined {
    const context = given as Context;
    if (this.#held >= this.#room("sheddable")) {
      const criticality = this.#shedding.classOf(context);
      if (criticality !== "health" && this.#held >= this.#room(criticality)) return this.#shedding.refuse(context);
    }
    context.holdsPlace = true;
    this.#held++;
    return undefined;
  }

  #free(context: Context, duration: number): void {
    if (!context.holdsPlace) return;
    context.holdsPlace = false;
    this.#limit.ended(context, duration, this.#held);
    this.#held--;
  }

  /** Rounded up: a limit of few has no room to be shared. */
  #room(criticality: Criticality): number {
    return Math.ceil(this.#limit.limit * this.#shedding.shares[criticality]);
  }
}
