import type { Context } from "../request/context.js";
import type { AdmissionPolicy } from "../request/policy.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";
import type { LoopWatch } from "./loop-watch.js";
import type { Shedding } from "./shedding.js";

/** Refuses what has waited too long for the event loop to be worth its work. */
export class EventLoopPolicy implements AdmissionPolicy {
  readonly name = "event_loop";
  readonly #watch: LoopWatch;
  readonly #shedding: Shedding;
  readonly #burst: number;
  /** Connections that were seen while the loop did not sleep: while it does, none has waited to be accepted. */
  readonly #known = new WeakSet<object>();

  /** `burst`: milliseconds that a critical request may have waited. */
  constructor(watch: LoopWatch, shedding: Shedding, burst: number) {
    this.#watch = watch;
    this.#shedding = shedding;
    this.#burst = burst;
  }

  admit(given: RequestContext): Reply | undefined {
    const context = given as Context;
    const watch = this.#watch;
    const now = context.started;
    const isFirst = watch.enter(now);
    const waitedInLoop = watch.waited(now);
    const waited = watch.isAwake && this.#isNew(context.head.socket) ? watch.waitedNew(now) : waitedInLoop;
    // Were the first of a turn refused as well, the loop would find nothing else to do, unless connections wait to be accepted.
    const isNext = isFirst && !watch.isAccepting;
    const { allowed } = watch;
    const least = allowed * this.#shedding.shares.sheddable;
    if (waited <= least) return undefined;
    switch (this.#shedding.classOf(context)) {
      case "health":
        return undefined;
      case "critical":
        return isNext || waited <= this.#burst ? undefined : this.#shedding.refuse(context);
      case "default":
        return isNext || waited <= allowed ? undefined : this.#shedding.refuse(context);
      case "sheddable":
        return this.#shedding.refuse(context);
    }
  }

  #isNew(connection: object | null | undefined): boolean {
    if (!connection || this.#known.has(connection)) return false;
    this.#known.add(connection);
    return true;
  }
}
