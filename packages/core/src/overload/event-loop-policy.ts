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
    const isFirst = this.#watch.enter(context.started);
    const waited = this.#waited(context);
    const { allowed, isAccepting } = this.#watch;
    if (waited <= allowed * this.#shedding.shares.sheddable) return undefined;
    // Were the first of a turn refused as well, the loop would find nothing else to do, unless connections wait to be accepted.
    const isNext = isFirst && !isAccepting;
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

  #waited({ started, head: { socket } }: Context): number {
    if (!this.#watch.isAwake || !socket || this.#known.has(socket)) return this.#watch.waited(started);
    this.#known.add(socket);
    return this.#watch.waitedNew(started);
  }
}
