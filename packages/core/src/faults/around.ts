import { SopError } from "../errors.js";
import { Context } from "../request/context.js";
import type { RequestContext } from "../request/request-context.js";
import { cut, mark, replyOf } from "./answer.js";
import type { FaultRoom } from "./fault-room.js";
import { later } from "./later.js";
import { type CompiledInjector, isBeforeHandler } from "./options.js";
import { pause } from "./pause.js";

// biome-ignore lint/suspicious/noExplicitAny: the wrapped function's own parameters are kept.
type AnyFunction = (...args: any[]) => unknown;

/** What the `fault` of an injector throws. */
class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}

/** `fn`, with the faults that are injected under its name. Keeps its length. */
export function around<F extends AnyFunction>(
  name: string,
  fn: F,
  room: FaultRoom,
  current: () => RequestContext | undefined,
): F {
  if (isBeforeHandler(name)) return fn;
  const isAsync = Object.prototype.toString.call(fn) === "[object AsyncFunction]";
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const context = current();
    if (!(context instanceof Context)) return fn.apply(this, args);
    const injector = room.take(name, context);
    if (injector === undefined) return fn.apply(this, args);
    if (injector.mode === "delay") {
      mark(context, injector);
      const call = (): unknown => fn.apply(this, args);
      const wait = (): Promise<boolean> => pause(room.clock, context, injector.duration);
      return later({ call, wait, context, isAsync, parameters: fn.length, last: args.at(-1) });
    }
    const error = failure(context, injector);
    if (isAsync) return Promise.reject(error);
    throw error;
  };
  Object.defineProperty(wrapped, "length", { value: fn.length });
  return wrapped as F;
}

/** What is thrown in the middleware's place; the answer is given where the injector has one. */
function failure(context: Context, injector: CompiledInjector): Error {
  const { middleware } = injector.given;
  mark(context, injector);
  if (injector.mode === "fault") return new InjectedFault(`injected into ${middleware}`);
  if (injector.mode === "abort") cut(context);
  context.owner.inject(context, replyOf(context, injector));
  // Nothing may go on with what was answered, and all frameworks stop at an error; this one is no panic.
  return new SopError("SOP_INJECTED", `injected into ${middleware}`);
}
