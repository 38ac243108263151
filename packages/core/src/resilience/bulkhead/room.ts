import { TimerWheel } from "../../request/timer-wheel.js";
import type { Call } from "../call.js";
import type { PermitOwner } from "../permit.js";
import { type RefusedError, refused } from "../refused.js";
import { SteadyClock } from "../steady-clock.js";
import type { BulkheadSettings } from "./options.js";
import { WaitQueue } from "./wait-queue.js";
import { Waiter, type WaitingRoom } from "./waiter.js";

/** The places of a bulkhead, and the queue before them. */
export class Room implements WaitingRoom, PermitOwner {
  readonly settings: BulkheadSettings;
  readonly queue = new WaitQueue<Waiter>();
  readonly #clock: SteadyClock;
  #wheel: TimerWheel | undefined = undefined;
  active = 0;
  refusals = 0;
  /** Functions that still run though their call was given up. */
  runaways = 0;

  constructor(settings: BulkheadSettings) {
    this.settings = settings;
    this.#clock = new SteadyClock(settings.clock);
  }

  /** Takes a place, if one is free. */
  tryTake(): boolean {
    if (this.active >= this.settings.maxConcurrent) return false;
    this.active++;
    return true;
  }

  /** Waits for a place, and has it then; rejects where there is no room to wait, or no time. */
  take(call: Call): Promise<void> {
    if (call.aborted) return Promise.reject(call.signal.reason);
    const wait = this.#longestWait(call);
    if (wait <= 0 || !this.#makeRoom()) return Promise.reject(this.refusal());
    return this.#wait(call, wait);
  }

  succeeded(): void {
    this.#free();
  }

  broke(): void {
    this.#free();
  }

  abandoned(): void {
    this.runaways++;
    this.#free();
  }

  returned(): void {
    this.runaways--;
  }

  leave(waiter: Waiter): void {
    this.queue.remove(waiter);
    this.#wheel?.remove(waiter);
  }

  refusal(): RefusedError {
    const { name, retryAfter } = this.settings;
    this.refusals++;
    return refused("SOP_OVERLOAD", name, "the bulkhead is full", retryAfter);
  }

  /** A place is free: it goes to who is next, of those whose time is not over. */
  #free(): void {
    for (;;) {
      const next = this.settings.order === "fifo" ? this.queue.oldest : this.queue.newest;
      if (next === undefined) break;
      this.leave(next);
      if (next.due > this.#clock.monotonic()) {
        next.admit();
        return;
      }
      next.refuse();
    }
    this.active--;
  }

  #longestWait(call: Call): number {
    const { maxWait, clock } = this.settings;
    return call.deadline === Number.POSITIVE_INFINITY ? maxWait : Math.min(maxWait, call.deadline - clock.monotonic());
  }

  /** Whether the queue has room for one more. */
  #makeRoom(): boolean {
    const { maxQueue, order } = this.settings;
    if (this.queue.size < maxQueue) return true;
    const { oldest } = this.queue;
    if (order === "fifo" || oldest === undefined) return false;
    this.leave(oldest);
    oldest.refuse();
    return true;
  }

  #wait(call: Call, ms: number): Promise<void> {
    this.#wheel ??= new TimerWheel(this.#clock);
    const wheel = this.#wheel;
    const now = this.#clock.monotonic();
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(this, call, now + ms, resolve, reject);
      this.queue.push(waiter);
      wheel.add(waiter, now);
    });
  }
}
