import type { Fanout } from "./observe/fanout.js";
import type { Clock } from "./ports/clock.js";
import type { Logger } from "./ports/logger.js";
import type { Context } from "./request/context.js";
import type { InFlight } from "./request/in-flight.js";
import { describeError } from "./request/panic.js";
import type { AdmissionPolicy } from "./request/policy.js";
import { problem } from "./request/reply.js";

/** Whether the process takes requests. */
export type ServingState = "serving" | "draining" | "drained";

/** Does its part of a drain: ends a pool, writes what is buffered. */
export type DrainHook = () => void | Promise<void>;

/** Takes nothing new, lets what is in flight finish, then calls the hooks; after `limit` milliseconds it ends regardless. */
export class Drain {
  state: ServingState = "serving";
  /** Refuses while draining; first in the list of policies. */
  readonly policy: AdmissionPolicy;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fanout: Fanout;
  readonly #inFlight: InFlight;
  readonly #limit: number;
  readonly #answer: (context: Context) => void;
  readonly #hooks = new Set<DrainHook>();
  #running: Promise<void> | undefined;

  constructor(
    { clock, log, fanout, inFlight }: { clock: Clock; log: Logger; fanout: Fanout; inFlight: InFlight },
    limit: number,
    answer: (context: Context) => void,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#fanout = fanout;
    this.#inFlight = inFlight;
    this.#limit = limit;
    this.#answer = answer;
    this.policy = {
      name: "draining",
      admit: (context) => (this.state === "serving" ? undefined : problem("SOP_DRAINING", context.id)),
    };
  }

  /** Adds a hook that is called when nothing is in flight any more. Returns a function that takes it away. */
  onDrain(hook: DrainHook): () => void {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  /** Starts the drain, or joins the one under way. */
  start(reason: string): Promise<void> {
    this.#running ??= this.#run(reason);
    return this.#running;
  }

  async #run(reason: string): Promise<void> {
    this.state = "draining";
    this.#log.info({ reason, in_flight: this.#inFlight.size }, "draining");
    this.#fanout.emit("drainStarted", reason);
    const limit = this.#after(this.#limit);
    await Promise.race([this.#inFlight.empty(), limit.passed]);
    const left = this.#inFlight.contexts();
    // Nobody gets a reset: who waited in vain is told so.
    for (const context of left) this.#answer(context);
    await Promise.race([Promise.all([...this.#hooks].map((hook) => this.#call(hook))), limit.passed]);
    limit.cancel();
    this.state = "drained";
    this.#fanout.emit("drained", left.length);
  }

  async #call(hook: DrainHook): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.#log.error({ err: describeError(error) }, "a drain hook failed");
    }
  }

  #after(ms: number): { passed: Promise<void>; cancel: () => void } {
    let cancel = (): void => {};
    const passed = new Promise<void>((resolve) => {
      const handle = this.#clock.setTimeout(resolve, ms);
      cancel = () => this.#clock.clearTimeout(handle);
    });
    return { passed, cancel };
  }
}
