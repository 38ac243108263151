import type { Panic } from "./panic.js";
import type { Reply } from "./reply.js";
import type { RequestContext } from "./request-context.js";
import type { Frame } from "./stack.js";

interface ContextEvent {
  readonly context: RequestContext;
  /**
   * The five topmost frames of the application, neither this project's nor the framework's.
   * Where none is on the stack (a timer fired, a socket was read), those of the place that subscribed.
   */
  readonly frames: readonly Frame[];
}

/** The request was admitted and its handler was not yet called. */
export interface BeforeHandlerEvent extends ContextEvent {
  /** False where the listener was added after admission: the event is then told, but can no longer answer. */
  readonly cancelable: boolean;
  /** Answers instead of the handler. The first answer wins. */
  reply(reply: Reply): void;
}

/** A panic was recorded and its reply is not yet sent. */
export interface AfterPanicEvent extends ContextEvent {
  readonly panic: Panic;
}

/** The deadline passed. */
export interface TimeoutExpiredEvent extends ContextEvent {
  /**
   * Moves the deadline by `ms` milliseconds, once a request and not past `deadline.max` after its start.
   * Returns whether it did.
   */
  extend(ms: number): boolean;
}

/** The events of a request, by name. */
export interface ContextEvents {
  beforeHandler: BeforeHandlerEvent;
  afterPanic: AfterPanicEvent;
  timeoutExpired: TimeoutExpiredEvent;
}

/** Called with the event; what it throws is reported once and harms nothing. */
export type ContextListener<E extends keyof ContextEvents> = (event: ContextEvents[E]) => void;
