import type { Clock } from "../../ports/clock.js";
import type { CrashHistory } from "../../ports/crash-history.js";
import type { Logger } from "../../ports/logger.js";
import { loggable } from "../../request/panic.js";

const MOST = 1_000;

/** The last crashes of the service: of earlier processes, and of this one where it goes on. */
export class Crashes {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #history: CrashHistory | undefined;
  #times: number[] = [];
  #isRead = false;

  constructor(clock: Clock, log: Logger, history: CrashHistory | undefined) {
    this.#clock = clock;
    this.#log = log;
    this.#history = history;
  }

  add(): void {
    this.#times.push(this.#clock.now());
    if (this.#times.length > MOST) this.#times.shift();
  }

  /** How many there were within so many milliseconds. */
  within(window: number): number {
    this.#read();
    const since = this.#clock.now() - window;
    return this.#times.reduce((count, at) => (at > since ? count + 1 : count), 0);
  }

  /** Tells those who keep the crashes that a rule acted on them. */
  mitigated(detail: string): void {
    this.#guarded((history) => history.mitigated(detail));
  }

  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.#guarded((history) => {
      this.#times = [...history.read(), ...this.#times].slice(-MOST);
    });
  }

  #guarded(ask: (history: CrashHistory) => void): void {
    if (!this.#history) return;
    try {
      ask(this.#history);
    } catch (error) {
      this.#log.error({ err: loggable(error) }, "the history of crashes failed");
    }
  }
}
