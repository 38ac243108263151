import type { EventLoop } from "@sop/core";
import type { FakeClock } from "./fake.ts";

/** A loop whose turns end, and that sleeps, when told to. */
export class FakeEventLoop implements EventLoop {
  readonly #clock: FakeClock;
  #idle = 1;
  #waiting: (() => void)[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  idle(): number {
    return this.#idle;
  }

  endOfTurn(fn: () => void): void {
    this.#waiting.push(fn);
  }

  /** Ends the running turn. */
  turn(): void {
    for (const fn of this.#waiting.splice(0)) fn();
  }

  /** Ends the running turn, and has nothing to do for `ms` milliseconds. */
  sleep(ms: number): void {
    this.turn();
    this.#clock.advance(ms);
    this.#idle += ms;
  }

  /** A callback that takes `ms` milliseconds. */
  work(ms: number): void {
    this.#clock.block(ms);
  }
}
