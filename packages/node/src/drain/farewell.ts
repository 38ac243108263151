import { setTimeout as after, setImmediate as immediate } from "node:timers/promises";
import type { DrainNotice } from "@sop/core";
import type { Door } from "./doors.js";
import { type LongConnection, Spread } from "./spread.js";
import { GOING_AWAY, SERVICE_RESTART } from "./web-socket.js";

/** How often connections are looked at, in milliseconds. */
const LOOK = 25;
/** How long after the limit connections are still there, in milliseconds, so that who waited in vain reads so. */
const LAST_WORDS = 100;

/** The doors of one service, and how everybody leaves through them. */
export class Farewell {
  readonly #doors = new Set<Door>();
  #isShut = false;

  /** Adds a door; one that is found late is shut at once. */
  add(door: Door): void {
    if (this.#doors.has(door)) return;
    this.#doors.add(door);
    if (this.#isShut) door.shut();
  }

  /** Shuts all doors. Resolves when nobody is inside any more, or when the limit is reached. `streams`: what else is long. */
  async say({ crashed, spread, signal }: DrainNotice, streams: () => Iterable<LongConnection>): Promise<void> {
    const code = crashed ? GOING_AWAY : SERVICE_RESTART;
    const window = new Spread(spread, performance.now());
    // Right after connections were taken: one that waits to be when its listener closes is reset, with the request it may bring.
    await immediate();
    this.#isShut = true;
    for (const door of this.#doors) door.shut();
    for (;;) {
      const now = performance.now();
      window.add([...this.#long(code), ...streams()]);
      window.advance(now);
      for (const door of this.#doors) door.sweep(now);
      if (signal.aborted || !this.#isBusy) break;
      await after(LOOK);
    }
    if (this.#isBusy) setTimeout(() => this.#cut(), LAST_WORDS).unref();
  }

  get #isBusy(): boolean {
    for (const door of this.#doors) if (door.isBusy) return true;
    return false;
  }

  *#long(code: number): Iterable<LongConnection> {
    for (const door of this.#doors) yield* door.long(code);
  }

  #cut(): void {
    for (const door of this.#doors) door.cut();
  }
}
