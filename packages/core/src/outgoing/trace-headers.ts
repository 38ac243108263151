import type { Tracer } from "../ports/tracer.js";
import type { RequestContext } from "../request/request-context.js";
import { isOpenTelemetryLoaded } from "../trace/open-telemetry.js";
import { traceparentOf } from "../trace/traceparent.js";

const PARENT = "traceparent";

type Set = (name: string, value: string) => void;

/** A request of undici (and so of Node's `fetch`) that was just made: its headers are names and values in turn. */
interface UndiciEvent {
  readonly request: { readonly headers: unknown };
}

interface Runtime {
  readonly process?: {
    getBuiltinModule?(
      id: string,
    ): { subscribe(channel: string, listener: (message: unknown) => void): void } | undefined;
  };
}

/**
 * The headers with which the active span goes on in the called service, once each: an instrumentation of undici adds those of a span of
 * its own to what is there, and two of a kind would be read as none. Ours then go away again.
 */
export class TraceHeaders {
  readonly #tracer: Tracer;
  readonly #current: () => RequestContext | undefined;
  #isWatching = false;

  constructor(tracer: Tracer, current: () => RequestContext | undefined) {
    this.#tracer = tracer;
    this.#current = current;
  }

  /** Adds them; a trace that the caller set is kept. What a tracer throws breaks no call. */
  add(headers: Headers): void {
    if (headers.has(PARENT)) return;
    try {
      const isTraced = this.#tell((name, value) => {
        if (!headers.has(name)) headers.set(name, value);
      });
      // As late as can be: who subscribes last sees what the others have added.
      if (isTraced || isOpenTelemetryLoaded()) this.#watch();
    } catch {
      // The call goes out with the request's own.
    }
  }

  #tell(set: Set): boolean {
    const span = this.#tracer.span();
    if (!span) return false;
    this.#tracer.inject?.(set);
    set(PARENT, traceparentOf(span));
    return true;
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { process } = globalThis as typeof globalThis & Runtime;
    process?.getBuiltinModule?.("node:diagnostics_channel")?.subscribe("undici:request:create", this.#created);
  }

  readonly #created = (message: unknown): void => {
    const { headers } = (message as UndiciEvent).request;
    if (!Array.isArray(headers)) return;
    const dropFirst = (name: string, isOurs: (value: unknown) => boolean): void => {
      const first = headers.indexOf(name);
      const isTwice = first >= 0 && headers.indexOf(name, first + 2) > 0;
      if (isTwice && isOurs(headers[first + 1])) headers.splice(first, 2);
    };
    try {
      this.#tell((name, value) => dropFirst(name, (found) => found === value));
      const trace = this.#current()?.traceId;
      if (trace) dropFirst(PARENT, (found) => String(found).includes(trace));
    } catch {
      // It would have no catcher.
    }
  };
}
