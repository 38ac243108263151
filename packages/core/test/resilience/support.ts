import { type CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from "@sop/core";
import { FakeClock } from "../support/fake.ts";

export const boom = new Error("boom");
export const succeed = async (): Promise<string> => "ok";
export const fail = async (): Promise<never> => {
  throw boom;
};

export interface BreakerBench {
  readonly clock: FakeClock;
  readonly breaker: CircuitBreaker;
  /** Makes calls one after the other, `f` for one that fails and `s` for one that succeeds; gives what came of each. */
  calls(script: string): Promise<string[]>;
}

/** A breaker under a fake clock, whose chance is always 0. */
export function breakerBench(options: CircuitBreakerOptions = {}): BreakerBench {
  const clock = new FakeClock();
  const breaker = circuitBreaker({ clock, random: () => 0, ...options });
  return {
    clock,
    breaker,
    async calls(script) {
      const results: string[] = [];
      for (const letter of script) results.push(await outcome(breaker.execute(letter === "s" ? succeed : fail)));
      return results;
    },
  };
}

/** `ok`, or the code or message of the error. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    return String(await promise);
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return code ?? message;
  }
}

/** A promise that is settled by hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
