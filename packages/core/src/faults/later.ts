import { SopError } from "../errors.js";
import type { Context } from "../request/context.js";

// biome-ignore lint/suspicious/noExplicitAny: what tells a framework to go on has parameters of its own.
type AnyFunction = (...args: any[]) => unknown;

/** A call that is to begin later. */
export interface Delayed {
  readonly call: () => unknown;
  /** Resolves with whether the request is still to be answered. */
  readonly wait: () => Promise<boolean>;
  readonly context: Context;
  readonly isAsync: boolean;
  /** How many the function has. */
  readonly parameters: number;
  /** The last argument. */
  readonly last: unknown;
}

/** Makes the call when its time has come, in the way in which callers of that kind of function hear of its end. */
export function later({ call, wait, context, isAsync, parameters, last }: Delayed): unknown {
  if (typeof last === "function") {
    // It is a middleware, so nobody but a framework waits for it: of a request that is over nothing may go on.
    const result = wait().then((isDue) => (isDue ? call() : new Promise(() => undefined)));
    if (isAsync || parameters < 3) return result;
    // Fastify would take a promise for a second call of what tells it to go on.
    result.catch(last as AnyFunction);
    return undefined;
  }
  const orFail = async (): Promise<void> => {
    if (!(await wait())) throw context.cancelReason ?? new SopError("SOP_CANCELED", "the request is over");
  };
  if (isAsync) return orFail().then(call);
  // A plain function's result has to stay what it is, unless it is a promise.
  const result = call();
  return result instanceof Promise ? result.then((value: unknown) => orFail().then(() => value)) : result;
}
