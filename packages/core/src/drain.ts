import type { TimerHandle } from "./ports/clock.js";
import { loggable } from "./request/panic.js";
import type { AdmissionPolicy } from "./request/policy.js";
import { problem } from "./request/reply.js";
import type { Rooms } from "./request/rooms.js";

/** Whether the process takes requests. */
export type ServingState = "serving" | "draining" | "drained";

/** Does its part of a drain: ends a pool, writes what is buffered. */
export type DrainHook = () => void | Promise<void>;

type DrainRooms = Pick<Rooms, "clock" | "log" | "fanout" | "inFlight">;

/** Takes nothing new, lets what is in flight finish, then calls the hooks; after `limit` milliseconds it ends regardless. */
export class Drain {
  state: ServingState = "serving";
  /** Refuses while draining; first in the list of policies. */
  readonly policy: AdmissionPolicy;
  readonly #rooms: DrainRooms;
  readonly #limit: number;
  readonly #hooks = new Set<DrainHook>();
  #running: Promise<void> | undefined;

  constructor(rooms: DrainRooms, limit: number) {
    this.#rooms = rooms;
    this.#limit = limit;
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
    const { clock, log, fanout, inFlight } = this.#rooms;
    this.state = "draining";
    log.info({ reason, in_flight: inFlight.size }, "draining");
    fanout.emit("drainStarted", reason);
    let timer: TimerHandle;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, this.#limit);
    });
    await Promise.race([inFlight.empty(), limit]);
    const left = inFlight.contexts();
    // Nobody gets a reset: who waited in vain is told so.
    for (const context of left) context.owner.answer(context, problem("SOP_DRAINING", context.id));
    await Promise.race([Promise.all([...this.#hooks].map((hook) => this.#call(hook))), limit]);
    clock.clearTimeout(timer);
    this.state = "drained";
    fanout.emit("drained", left.length);
  }

  async #call(hook: DrainHook): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.#rooms.log.error({ err: loggable(error) }, "a drain hook failed");
    }
  }
}
