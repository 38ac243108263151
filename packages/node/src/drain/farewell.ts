import { setTimeout as after } from "node:timers/promises";
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
  /** Milliseconds since the doors were shut; `undefined` before. */
  #now: number | undefined;

  /** Adds a door; one that is found late is shut at once. */
  add(door: Door): void {
    if (this.#doors.has(door)) return;
    this.#doors.add(door);
    if (this.#now !== undefined) door.shut(this.#now);
  }

  /** Shuts all doors. Resolves when nobody is inside any more, or when the limit is reached. `streams`: what else is long. */
  async say({ crashed, spread, signal }: DrainNotice, streams: () => Iterable<LongConnection>): Promise<void> {
    const code = crashed ? GOING_AWAY : SERVICE_RESTART;
    const window = new Spread(spread, 0);
    this.#now = 0;
    await Promise.all([...this.#doors].map(shut));
    for (;;) {
      window.add([...this.#long(code), ...streams()]);
      window.advance(this.#now);
      for (const door of this.#doors) door.sweep(this.#now);
      if (signal.aborted || !this.#isBusy) break;
      this.#now += await aLook();
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

async function shut(door: Door): Promise<void> {
  await door.letIn?.();
  door.shut(0);
}

/** Waits until the next look, and says how long that was: of a time in which the process was blocked, and heard nothing, only a part. */
async function aLook(): Promise<number> {
  const begun = performance.now();
  await after(LOOK);
  return Math.min(performance.now() - begun, 2 * LOOK);
}
