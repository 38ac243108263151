import type { Logger } from "../ports/logger.js";
import type { Tracer } from "../ports/tracer.js";
import { RequestTrace } from "../trace/request-trace.js";
import type { Context, Subscription } from "./context.js";
import type { ContextEvents, ContextListener } from "./events.js";
import { loggable, type Panic } from "./panic.js";
import type { Reply } from "./reply.js";
import { applicationFrames, captureStack, type Frame } from "./stack.js";

/** Tells listeners of `context.on` and `sop.on`, and the active span. Makes no event object that nobody listens to. */
export class Emitter {
  /** The same for the request's span. */
  readonly trace: RequestTrace;
  readonly #log: Logger;
  #everyRequest: readonly Subscription[] = [];
  readonly #reported = new WeakSet<object>();

  constructor(log: Logger, tracer: Tracer) {
    this.#log = log;
    this.trace = new RequestTrace(tracer, (culprit, error) => this.reportOnce(culprit, "the tracer threw", error));
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
    if (!context.span && this.#unheard(context)) return undefined;
    this.#tell(context, "beforeHandler", (frames) => ({
      context,
      frames,
      cancelable: true,
      reply: (given) => {
        context.answer ??= given;
      },
    }));
    return context.answer;
  }

  /** A listener that comes after admission is told at once: the handler was not yet called where it can still be added. */
  subscribed(context: Context, event: keyof ContextEvents): void {
    const added = context.subscriptions?.at(-1);
    if (event !== "beforeHandler" || context.phase !== "admitted" || !added) return;
    this.#call(added, { context, frames: applicationFrames(added.stack), cancelable: false, reply: () => {} });
  }

  afterPanic(context: Context, panic: Panic): void {
    this.trace.error(context, panic.type);
    this.#tell(context, "afterPanic", (frames) => ({ context, frames, panic }), panic);
  }

  /** The new due time, or 0 where no listener extended it. `latest`: the furthest it may be moved to. */
  timeoutExpired(context: Context, latest: number): number {
    let due = 0;
    const extend = (ms: number): boolean => {
      const moved = Math.min(context.due + ms, latest);
      if (context.extended || due !== 0 || !(ms > 0) || moved <= context.due) return false;
      due = moved;
      return true;
    };
    this.#tell(context, "timeoutExpired", (frames) => ({ context, frames, extend }));
    return due;
  }

  /** Logs what a user's callback threw, the first time it does. */
  reportOnce(culprit: object, message: string, error: unknown): void {
    if (this.#reported.has(culprit)) return;
    this.#reported.add(culprit);
    this.#log.error({ err: loggable(error) }, message);
  }

  #tell<E extends keyof ContextEvents>(
    context: Context,
    name: E,
    make: (frames: readonly Frame[]) => ContextEvents[E],
    panic?: Panic,
  ): void {
    this.trace.event(name, context, panic);
    if (this.#unheard(context)) return;
    const stack = panic?.stack ?? captureStack();
    for (const subscription of [...this.#everyRequest, ...(context.subscriptions ?? [])]) {
      if (subscription.event !== name) continue;
      const frames = applicationFrames(stack);
      this.#call(subscription, make(frames.length > 0 ? frames : applicationFrames(subscription.stack)));
    }
  }

  #unheard(context: Context): boolean {
    return this.#everyRequest.length === 0 && !context.subscriptions;
  }

  #call(subscription: Subscription, event: ContextEvents[keyof ContextEvents]): void {
    try {
      (subscription.listener as (event: ContextEvents[keyof ContextEvents]) => void)(event);
    } catch (error) {
      this.reportOnce(subscription.listener, "a listener threw", error);
    }
  }
}
