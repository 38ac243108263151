import type { Clock, TimerHandle } from "@sop/core";

/** Waits `ms` milliseconds. Aborted, it is over at once; nothing of it stays behind. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Rejects `ms` milliseconds after it was made or last renewed, until it is stopped. */
export class Patience {
  readonly over: Promise<never>;
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #reject: (error: Error) => void;
  #timer: TimerHandle | undefined;
  #isStopped = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
    const { promise, reject } = settable();
    this.over = promise;
    this.#reject = reject;
    this.renew();
  }

  renew(): void {
    if (this.#isStopped) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#reject(new Error(`no answer within ${this.#ms} ms`)), this.#ms);
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
  }
}

function settable(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  // Whoever races against it hears it; when nobody does any more, it is no error.
  promise.catch(() => {});
  return { promise, reject };
}
