import { FakeClock } from "../support/fake.ts";

/** Lets all that is ready run, without any time passing on a fake clock. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets `ms` milliseconds pass in steps of `step`, and what each of them makes ready run. */
export async function pass(clock: FakeClock, ms: number, step = ms): Promise<void> {
  await turn();
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(Math.min(step, ms - passed));
    await turn();
  }
}

/** A clock whose monotonic time jumps, while its timers go on as before. */
export class JumpingClock extends FakeClock {
  jumped = 0;

  override monotonic(): number {
    return super.monotonic() + this.jumped;
  }
}

/** What came of a promise so far. */
export interface Watched {
  /** `pending`, `value:` and the value, or `error:` and its code or message. */
  readonly state: string;
  readonly error: unknown;
}

/** Follows a promise, so that a test can look at it without waiting for it. */
export function watch(promise: Promise<unknown>): Watched {
  const watched = { state: "pending", error: undefined as unknown };
  promise.then(
    (value) => {
      watched.state = `value:${String(value)}`;
    },
    (error: unknown) => {
      watched.error = error;
      const { code, message } = Object(error) as { readonly code?: string; readonly message?: string };
      watched.state = `error:${code ?? message ?? String(error)}`;
    },
  );
  return watched;
}

/** A function whose calls are settled by hand. */
export class Manual {
  readonly calls: { resolve(value: unknown): void; reject(error: unknown): void; signal: AbortSignal }[] = [];
  readonly task = ({ signal }: { readonly signal: AbortSignal }): Promise<unknown> =>
    new Promise((resolve, reject) => this.calls.push({ resolve, reject, signal }));
}

/** Runs `fn` and gives the rejections that nobody handled meanwhile. */
export async function unhandledIn(fn: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = [];
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => found.push(error));
  await fn();
  await turn();
  process.removeAllListeners("unhandledRejection");
  for (const listener of listeners) process.on("unhandledRejection", listener);
  return found;
}
