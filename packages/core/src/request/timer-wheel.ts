import type { Clock, TimerHandle } from "../ports/clock.js";

/** What a wheel can hold: the links are the wheel's own. */
export interface WheelEntry {
  /** When it is due, on the clock's monotonic time. */
  due: number;
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  /** The slot it lies in, -1 outside of the wheel. */
  wheelSlot: number;
  expire(): void;
}

/** Due at no time. */
export const NEVER = Number.POSITIVE_INFINITY;

const SLOTS = 512;

// On Workers a timer ends with the request that asked for it, so that no request can wait for another one's.
export const PER_REQUEST = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/**
 * One timer for all deadlines: a hashed timing wheel (Varghese and Lauck, 1987, scheme 6) of 512 slots.
 * Adding and removing are O(1) and make no garbage; an entry fires at most one tick late, never early.
 * The clock is asked for a timer only while the wheel holds something.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #tick: number;
  readonly #slots: (WheelEntry | undefined)[] = new Array<WheelEntry | undefined>(SLOTS).fill(undefined);
  #size = 0;
  #turned = 0;
  #armed = false;
  #timer: TimerHandle;
  readonly #turn = (): void => this.#advance();

  /** `tick`: the width of a slot in milliseconds. */
  constructor(clock: Clock, tick = 10) {
    this.#clock = clock;
    this.#tick = tick;
  }

  get size(): number {
    return this.#size;
  }

  /** `now`: the clock's monotonic time, as the caller has just read it. */
  add(entry: WheelEntry, now: number): void {
    if (this.#size === 0) this.#turned = Math.floor(now / this.#tick);
    const tick = Math.max(Math.ceil(entry.due / this.#tick), this.#turned + 1);
    if (PER_REQUEST) this.#clock.setTimeout(this.#turn, tick * this.#tick - now);
    else if (!this.#armed) this.#arm();
    const slot = tick % SLOTS;
    const head = this.#slots[slot];
    entry.wheelSlot = slot;
    entry.wheelPrevious = undefined;
    entry.wheelNext = head;
    if (head) head.wheelPrevious = entry;
    this.#slots[slot] = entry;
    this.#size++;
  }

  remove(entry: WheelEntry): void {
    if (entry.wheelSlot === -1) return;
    if (!entry.wheelPrevious) this.#slots[entry.wheelSlot] = entry.wheelNext;
    else entry.wheelPrevious.wheelNext = entry.wheelNext;
    if (entry.wheelNext) entry.wheelNext.wheelPrevious = entry.wheelPrevious;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    entry.wheelSlot = -1;
    this.#size--;
  }

  /** Forgets the pending timer; entries stay where they are and do not fire. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#armed = false;
  }

  #arm(): void {
    this.#armed = true;
    this.#timer = this.#clock.setTimeout(this.#turn, this.#tick);
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    const until = Math.floor(now / this.#tick);
    // After a blocked loop at most one whole turn has to be looked at.
    const from = Math.max(this.#turned + 1, until - SLOTS + 1);
    this.#turned = until;
    this.#armed = false;
    for (let tick = from; tick <= until; tick++) this.#fire(tick % SLOTS, now);
    if (this.#size > 0 && !this.#armed && !PER_REQUEST) this.#arm();
  }

  #fire(slot: number, now: number): void {
    const due: WheelEntry[] = [];
    for (let entry = this.#slots[slot]; entry; entry = entry.wheelNext) {
      if (entry.due <= now) due.push(entry);
    }
    for (const entry of due) this.remove(entry);
    for (const entry of due) entry.expire();
  }
}
