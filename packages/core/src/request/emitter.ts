import type { Logger } from "../ports/logger.js";
import type { Tracer } from "../ports/tracer.js";
import type { Context, Subscription } from "./context.js";
import type { ContextEvents, ContextListener } from "./events.js";
import { describeError, type Panic } from "./panic.js";
import type { Reply } from "./reply.js";
import { applicationFrames, captureStack, type Frame } from "./stack.js";

/** Tells listeners of `context.on` and `sop.on`, and the active span. Makes no event object that nobody listens to. */
export class Emitter {
  readonly #log: Logger;
  readonly #tracer: Tracer;
  #everyRequest: readonly Subscription[] = [];
  readonly #reported = new WeakSet<object>();

  constructor(log: Logger, tracer: Tracer) {
    this.#log = log;
    this.#tracer = tracer;
  }

  /** Listens to an event of every request. Returns a function that stops it. */
  on<E extends keyof ContextEvents>(event: E, listener: ContextListener<E>): () => void {
    const subscription: Subscription = { event, listener, stack: captureStack() };
    this.#everyRequest = [...this.#everyRequest, subscription];
    return () => {
      this.#everyRequest = this.#everyRequest.filter((s) => s !== subscription);
    };
  }

  beforeHandler(context: Context): Reply | undefined {
    this.#trace("sop.beforeHandler", context);
    const listeners = this.#listeners(context, "beforeHandler");
    if (listeners === undefined) return undefined;
    const reply = (given: Reply): void => {
      context.answer ??= given;
    };
    for (const s of listeners) this.#call(s, { context, frames: framesOf(captureStack(), s), cancelable: true, reply });
    return context.answer;
  }

  /** A listener that comes after admission is told at once: the handler was not yet called where it can still be added. */
  subscribed(context: Context, event: keyof ContextEvents): void {
    const added = context.subscriptions?.at(-1);
    if (event !== "beforeHandler" || context.phase !== "admitted" || added === undefined) return;
    this.#call(added, { context, frames: framesOf(added.stack, added), cancelable: false, reply: ignore });
  }

  afterPanic(context: Context, panic: Panic): void {
    this.#trace("sop.afterPanic", context, panic);
    const listeners = this.#listeners(context, "afterPanic");
    if (listeners === undefined) return;
    for (const s of listeners) this.#call(s, { context, panic, frames: panic.frames.length > 0 ? panic.frames : framesOf(s.stack, s) });
  }

  /** The new due time, or 0 where no listener extended it. `latest`: the furthest it may be moved to. */
  timeoutExpired(context: Context, latest: number): number {
    this.#trace("sop.timeoutExpired", context);
    const listeners = this.#listeners(context, "timeoutExpired");
    let due = 0;
    if (listeners === undefined) return due;
    const extend = (ms: number): boolean => {
      const moved = Math.min(context.due + ms, latest);
      if (context.extended || due !== 0 || !(ms > 0) || moved <= context.due) return false;
      due = moved;
      return true;
    };
    for (const s of listeners) this.#call(s, { context, frames: framesOf(captureStack(), s), extend });
    return due;
  }

  /** Logs what a user's callback threw, the first time it does. */
  reportOnce(culprit: object, message: string, error: unknown): void {
    if (this.#reported.has(culprit)) return;
    this.#reported.add(culprit);
    const { type, message: text, stack } = describeError(error);
    this.#log.error({ err: { type, message: text, stack } }, message);
  }

  #listeners(context: Context, event: keyof ContextEvents): Subscription[] | undefined {
    if (this.#everyRequest.length === 0 && context.subscriptions === undefined) return undefined;
    const found = [...this.#everyRequest, ...(context.subscriptions ?? [])].filter((s) => s.event === event);
    return found.length === 0 ? undefined : found;
  }

  #call(subscription: Subscription, event: ContextEvents[keyof ContextEvents]): void {
    try {
      (subscription.listener as (event: ContextEvents[keyof ContextEvents]) => void)(event);
    } catch (error) {
      this.reportOnce(subscription.listener, `a listener of ${subscription.event} threw`, error);
    }
  }

  #trace(name: string, context: Context, panic?: Panic): void {
    try {
      if (!this.#tracer.active()) return;
      const failure = panic && { "exception.type": panic.type, "sop.middleware": panic.name };
      this.#tracer.event(name, { "http.route": context.route, "sop.request_id": context.id, ...failure });
    } catch (error) {
      this.reportOnce(this.#tracer, "the tracer threw", error);
    }
  }
}

function framesOf(stack: string, subscription: Subscription): readonly Frame[] {
  const frames = applicationFrames(stack);
  return frames.length > 0 ? frames : applicationFrames(subscription.stack);
}

function ignore(): void {
  // Too late: the request is with its handler.
}
