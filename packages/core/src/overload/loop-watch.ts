import type { EventLoop } from "../ports/event-loop.js";

/** The loop counts as having slept from so many milliseconds on: to look for work and find some takes less. */
const SLEPT = 0.1;
/** Milliseconds over which the share of sleep is averaged. */
const SPAN = 250;
/** At this share of sleep, or less, there is a standing queue; at `RESTED` or more there is none. */
const STARVED = 0.03;
const RESTED = 0.1;

/**
 * Tells how long a request may have waited for the event loop, and how long it may: where services are bound by their CPU the queue
 * is in the kernel, and nothing else shows it.
 *
 * All sockets that became readable are served in one turn, so the second of them has waited for the first. And where the loop did not
 * sleep since its turn before, each may have arrived when that one began. That is an upper bound of the wait; it needs no timer.
 *
 * But for new connections: Node accepts one a turn, so the others wait for many turns, unseen. As long as each turn brings a new
 * one, those that come may have waited since the last turn that brought none.
 *
 * A queue that comes and goes is no overload, one that stands is (CoDel: K. Nichols and V. Jacobson, RFC 8289). While the loop
 * still sleeps a tenth of its time a request may have waited for `burst`; the less it sleeps, the nearer that comes to `target`.
 */
export class LoopWatch {
  readonly #loop: EventLoop;
  readonly #target: number;
  readonly #burst: number;
  #isOpen = false;
  /** When the last turn with a request began. */
  #began: number;
  /** Since when a request of the running turn may have waited. */
  #since: number;
  /** Since when a new connection may have waited: the begin of the last turn that brought none. */
  #acceptSince: number;
  #hasNew = false;
  #idle: number;
  #rest = 1;
  /** Whether the loop has not slept before the running turn. */
  isAwake = false;
  /** Milliseconds that a request of the running turn may have waited. */
  allowed: number;
  readonly #endTurn = (): void => {
    this.#isOpen = false;
  };

  /** `target`, `burst`: milliseconds. `now`: the clock's monotonic time. */
  constructor(loop: EventLoop, target: number, burst: number, now: number) {
    this.#loop = loop;
    this.#target = target;
    this.#burst = burst;
    this.#began = now;
    this.#since = now;
    this.#acceptSince = now;
    this.#idle = loop.idle();
    this.allowed = burst;
  }

  /** A request arrived: whether it is the first of its turn, for which nothing else would be served now. */
  enter(now: number): boolean {
    if (this.#isOpen) return false;
    this.#isOpen = true;
    this.#loop.endOfTurn(this.#endTurn);
    const idle = this.#loop.idle();
    const slept = idle - this.#idle;
    this.#rest = this.#restAt(now, slept);
    this.allowed = this.#allowedAt(this.#rest);
    // Whoever woke the loop has waited for nothing. A loop that never slept is about to start, or does not measure.
    this.isAwake = slept <= SLEPT && idle > 0;
    this.#since = this.isAwake ? this.#began : now;
    if (!this.isAwake || !this.#hasNew) this.#acceptSince = this.#since;
    this.#hasNew = false;
    this.#began = now;
    this.#idle = idle;
    return true;
  }

  /** Milliseconds that a request that arrived in the running turn may have waited. */
  waited(now: number): number {
    return now - this.#since;
  }

  /** Whether each of the last turns brought a new connection, so that more may wait to be accepted. */
  get isAccepting(): boolean {
    return this.#acceptSince < this.#since;
  }

  /** As `waited`, for a request on a new connection. */
  waitedNew(now: number): number {
    this.#hasNew = true;
    return now - this.#acceptSince;
  }

  /** The share of the last moments in which the loop slept, and what a request might have waited, were it to arrive now. */
  read(now: number): { readonly rest: number; readonly allowed: number } {
    const rest = this.#restAt(now, this.#loop.idle() - this.#idle);
    return { rest, allowed: this.#allowedAt(rest) };
  }

  #restAt(now: number, slept: number): number {
    const passed = now - this.#began;
    if (!(passed > 0)) return this.#rest;
    const share = Math.min(1, slept / passed);
    return share + (this.#rest - share) * Math.exp(-passed / SPAN);
  }

  #allowedAt(rest: number): number {
    const ease = Math.max(0, Math.min(1, (rest - STARVED) / (RESTED - STARVED)));
    return this.#target + (this.#burst - this.#target) * ease;
  }
}
