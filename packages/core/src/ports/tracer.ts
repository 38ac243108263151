/** A span of the user's own tracing, as far as it is used; OpenTelemetry's is one. */
export interface Span {
  spanContext(): SpanContext;
  /** False where the span is not sampled, or has ended: nothing is made for it then. */
  isRecording(): boolean;
  addEvent(name: string, attributes: SpanAttributes): unknown;
  setAttribute(name: string, value: string): unknown;
  /** `code` 2: an error. */
  setStatus(status: { code: 2 }): unknown;
}

/** Which span it is. */
export interface SpanContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 1: it is sampled. */
  readonly traceFlags: number;
  /** Whether it is another process' span, of which only the ids are known. */
  readonly isRemote?: boolean | undefined;
}

/** What is told of an event. */
export type SpanAttributes = Readonly<Record<string, string>>;

/** Finds the trace of the running code, and continues it elsewhere. */
export interface Tracer {
  /** The active span, where it is one of this process. */
  span(): Span | undefined;
  /** Tells `set` the headers with which a called service continues the active trace. Without it, `traceparent` is made of the span. */
  inject?(set: (name: string, value: string) => void): void;
  /** What a span may tell of an error's message, which may hold secrets. Without it, it tells none. */
  message?(text: string): string;
}

interface OpenTelemetryContext {
  getValue?(key: symbol): Span | undefined;
}

interface OpenTelemetryGlobal {
  readonly context?: { active?(): OpenTelemetryContext | undefined };
  readonly propagation?: { inject?(context: object, carrier: Set, setter: typeof SETTER): void };
}

type Set = (name: string, value: string) => void;

// Where @opentelemetry/api 1.x registers itself, and the key under which it keeps the active span:
// read from there, no package has to be imported and nothing is paid where it is not installed.
const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
const SETTER = { set: (carrier: Set, name: string, value: string): void => carrier(name, value) };

/** The user's own OpenTelemetry, if its API was loaded in this process. */
export const openTelemetry: Tracer = {
  span() {
    const span = api()?.context?.active?.()?.getValue?.(SPAN);
    // A caller's span stands there while there is none of our own, and one of zeros where tracing is off.
    const { isRemote, traceId } = span?.spanContext() ?? NONE;
    return isRemote || !/[^0]/.test(traceId) ? undefined : span;
  },
  inject(set) {
    const active = api()?.context?.active?.();
    if (active) api()?.propagation?.inject?.(active, set, SETTER);
  },
};

const NONE: Pick<SpanContext, "isRemote" | "traceId"> = { traceId: "" };

/** W3C's header that names a span as the parent. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}

export function isOpenTelemetryLoaded(): boolean {
  return api() !== undefined;
}

function api(): OpenTelemetryGlobal | undefined {
  return (globalThis as typeof globalThis & { [API]?: OpenTelemetryGlobal })[API];
}
