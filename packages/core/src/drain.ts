import { loggable } from "./request/panic.js";
import type { AdmissionPolicy } from "./request/policy.js";
import { problem } from "./request/reply.js";
import type { RequestContext } from "./request/request-context.js";
import type { Rooms } from "./request/rooms.js";

/** Whether the process takes requests. */
export type ServingState = "serving" | "draining" | "drained";

/** What a hook is told of the drain that it has a part in. */
export interface DrainNotice {
  /** Why: a signal's name, an error without a catcher, or what `sop.drain` was given. */
  readonly reason: string;
  /** Whether an error that nobody caught ends the process: what is new is refused then. */
  readonly crashed: boolean;
  /** Milliseconds over which long connections are to be closed. */
  readonly spread: number;
  /** Aborted when the drain's limit is reached: what is left has to go. */
  readonly signal: AbortSignal;
  /** The requests in flight now, the oldest first. */
  requests(): readonly RequestContext[];
}

/** Does its part of a drain: closes a listener, ends a pool, writes what is buffered. */
export type DrainHook = (notice: DrainNotice) => void | Promise<void>;

/**
 * When a hook is called. `connections`: the wait for balancers is over, and connections are to be closed; while such a hook is
 * there, a planned drain serves what still arrives. `pools`: nothing is in flight any more.
 */
export type DrainStage = "connections" | "pools";

/** The times of a drain in milliseconds, `wait` included in `limit`. */
export interface DrainTimes {
  readonly limit: number;
  readonly wait: number;
  readonly spread: number;
}

type DrainRooms = Pick<Rooms, "clock" | "log" | "fanout" | "inFlight">;

type Phase =
  | { readonly is: "serving"; readonly admits: true }
  /** Not ready any more, so that balancers send their requests elsewhere. */
  | { readonly is: "waiting"; readonly admits: true; readonly goOn: () => void }
  | { readonly is: "closing"; readonly admits: boolean }
  | { readonly is: "ending"; readonly admits: false }
  | { readonly is: "drained"; readonly admits: false };

/** Leaves `serving`, waits for balancers, has connections closed, lets what is in flight finish, then ends pools. */
export class Drain {
  /** Refuses where the phase does not admit; first in the list of policies. */
  readonly policy: AdmissionPolicy;
  readonly #rooms: DrainRooms;
  readonly #times: DrainTimes;
  readonly #hooks = { connections: new Set<DrainHook>(), pools: new Set<DrainHook>() };
  #phase: Phase = { is: "serving", admits: true };
  #crashed = false;
  #running: Promise<void> | undefined;

  constructor(rooms: DrainRooms, times: DrainTimes) {
    this.#rooms = rooms;
    this.#times = times;
    this.policy = {
      name: "draining",
      admit: (context) => (this.#phase.admits ? undefined : problem("SOP_DRAINING", context.id)),
    };
  }

  get state(): ServingState {
    const { is } = this.#phase;
    return is === "serving" || is === "drained" ? is : "draining";
  }

  /** Adds a hook to a stage. Returns a function that takes it away. */
  onDrain(hook: DrainHook, stage: DrainStage): () => void {
    this.#hooks[stage].add(hook);
    return () => this.#hooks[stage].delete(hook);
  }

  /** Starts the drain, or joins the one under way. */
  start(reason: string): Promise<void> {
    this.#running ??= this.#run(reason);
    return this.#running;
  }

  /** Starts a drain that waits for nobody and refuses what is new; the one under way becomes such a one. */
  crash(reason: string): Promise<void> {
    this.#crashed = true;
    if (this.#phase.is === "waiting") this.#phase.goOn();
    if (this.#phase.is === "waiting" || this.#phase.is === "closing") this.#close();
    return this.start(reason);
  }

  async #run(reason: string): Promise<void> {
    const { clock, log, fanout, inFlight } = this.#rooms;
    const limit = new AbortController();
    const reached = new Promise<void>((resolve) => limit.signal.addEventListener("abort", () => resolve()));
    const timer = clock.setTimeout(() => limit.abort(), this.#times.limit);
    const waited = this.#crashed || this.#times.wait === 0 ? this.#close() : this.#wait();
    log.info({ reason, in_flight: inFlight.size }, "draining");
    fanout.emit("drainStarted", reason);
    if (waited) await waited;
    const notice: DrainNotice = {
      reason,
      crashed: this.#crashed,
      spread: this.#times.spread,
      signal: limit.signal,
      requests: () => inFlight.contexts(),
    };
    await Promise.race([this.#call("connections", notice).then(() => inFlight.empty()), reached]);
    this.#phase = { is: "ending", admits: false };
    const left = inFlight.contexts();
    // Nobody gets a reset: who waited in vain is told so.
    for (const context of left) context.owner.answer(context, problem("SOP_DRAINING", context.id));
    await Promise.race([this.#call("pools", notice), reached]);
    clock.clearTimeout(timer);
    this.#phase = { is: "drained", admits: false };
    fanout.emit("drained", left.length);
  }

  async #wait(): Promise<void> {
    const { clock } = this.#rooms;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, this.#times.wait);
      const goOn = (): void => {
        clock.clearTimeout(timer);
        resolve();
      };
      this.#phase = { is: "waiting", admits: true, goOn };
    });
    this.#close();
  }

  /** Only where connections are closed in an orderly way will what still arrives be the last. */
  #close(): void {
    this.#phase = { is: "closing", admits: !this.#crashed && this.#hooks.connections.size > 0 };
  }

  async #call(stage: DrainStage, notice: DrainNotice): Promise<void> {
    await Promise.all([...this.#hooks[stage]].map((hook) => this.#callOne(hook, notice)));
  }

  async #callOne(hook: DrainHook, notice: DrainNotice): Promise<void> {
    try {
      await hook(notice);
    } catch (error) {
      this.#rooms.log.error({ err: loggable(error) }, "a drain hook failed");
    }
  }
}
