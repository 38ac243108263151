import type { Span, SpanAttributes, Tracer } from "../ports/tracer.js";
import type { Context } from "../request/context.js";
import type { Panic } from "../request/panic.js";
import { applicationFrames, captureStack, type Frame } from "../request/stack.js";

const MAX_ROUTES = 1_000;

/** Puts what happens to a request on its span. The tracing is the user's: what it throws is handed to `failed`, and harms nothing. */
export class RequestTrace {
  readonly #tracer: Tracer;
  /** The frames at admission, by route: each request of a route comes the same way, and a stack takes 10 µs. */
  readonly #admissions = new Map<string, string>();
  readonly #failed: (tracer: Tracer, error: unknown) => void;

  constructor(tracer: Tracer, failed: (tracer: Tracer, error: unknown) => void) {
    this.#tracer = tracer;
    this.#failed = failed;
  }

  /**
   * Remembers the active span as the request's, if it has none yet: later, in a timer or after the connection's end, another one's may
   * be active, or none.
   */
  follow(context: Context): void {
    try {
      context.span ??= this.#tracer.span();
    } catch (error) {
      this.#failed(this.#tracer, error);
    }
  }

  /** The request has failed. `type`: why, one of few. */
  error(context: Context, type: string): void {
    this.#tell(context, (span) => {
      span.setAttribute("error.type", type);
      span.setStatus({ code: 2 });
    });
  }

  /** An event of the request, with the frames of the panic or of the running code. */
  event(name: string, context: Context, panic?: Panic): void {
    // Without a span not even a closure is made.
    if (!context.span) return;
    this.#tell(context, (span) => {
      const frames = panic ? textOf(panic.frames) : this.#framesOf(name, context.route);
      span.addEvent(`sop.${name}`, {
        "http.route": context.route,
        "sop.request_id": context.id,
        ...(frames && { "code.stacktrace": frames }),
        ...(panic && { "sop.middleware": panic.name }),
      });
      if (panic) span.addEvent("exception", exceptionOf(panic, this.#tracer.message?.(panic.message)));
    });
  }

  #tell({ span }: Context, tell: (span: Span) => void): void {
    try {
      if (span?.isRecording()) tell(span);
    } catch (error) {
      this.#failed(this.#tracer, error);
    }
  }

  #framesOf(name: string, route: string): string {
    const isAdmission = name === "beforeHandler";
    const frames = (isAdmission ? this.#admissions.get(route) : undefined) ?? textOf(applicationFrames(captureStack()));
    if (isAdmission && this.#admissions.size < MAX_ROUTES) this.#admissions.set(route, frames);
    return frames;
  }
}

/** Frames as the lines of a stack. */
function textOf(frames: readonly Frame[]): string {
  return frames
    .map(({ file, line, column, ...frame }) => {
      const place = `${file}:${line}:${column}`;
      return frame.function === undefined ? `    at ${place}` : `    at ${frame.function} (${place})`;
    })
    .join("\n");
}

/**
 * A panic in OpenTelemetry's words. `told` is what may be told of its message. A stack begins with that message, so of the stack it is
 * the calls alone.
 */
function exceptionOf({ type, message, stack }: Panic, told: string | undefined): SpanAttributes {
  const header = stack.indexOf(message);
  const calls = stack.slice(header < 0 ? 0 : header + message.length).split("\n");
  return {
    "exception.type": type,
    ...(told !== undefined && { "exception.message": told }),
    "exception.stacktrace": [type, ...calls.filter((line) => line.startsWith("    at "))].join("\n"),
  };
}
