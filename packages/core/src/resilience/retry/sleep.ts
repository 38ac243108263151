import type { Clock, TimerHandle } from "../../ports/clock.js";
import type { AbortListener, Call } from "../call.js";

class Sleep implements AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #clock: Clock;
  readonly #timer: TimerHandle;
  readonly #reject: (reason: unknown) => void;

  constructor(clock: Clock, ms: number, call: Call, resolve: () => void, reject: (reason: unknown) => void) {
    this.#clock = clock;
    this.#reject = reject;
    call.onAbort(this);
    const wake = (): void => {
      call.offAbort(this);
      resolve();
    };
    this.#timer = clock.setTimeout(wake, ms, true);
  }

  abort(reason: unknown): void {
    this.#clock.clearTimeout(this.#timer);
    this.#reject(reason);
  }
}

/** Waits, unless `call` is given up: then it rejects at once with the reason. */
export function sleep(clock: Clock, ms: number, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    new Sleep(clock, ms, call, resolve, reject);
  });
}
