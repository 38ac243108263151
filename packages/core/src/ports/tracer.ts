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
