import type { Span, SpanAttributes, SpanContext } from "@sop/core";

export const TRACE = "0af7651916cd43dd8448eb211c80319c";
export const SPAN = "b7ad6b7169203331";

/** A span that keeps what it is told. */
export interface RecordingSpan extends Span {
  readonly events: { readonly name: string; readonly attributes: SpanAttributes }[];
  readonly attributes: Record<string, string>;
  status: number;
  isEnded: boolean;
}

export function recordingSpan(context: Partial<SpanContext> = {}): RecordingSpan {
  const span: RecordingSpan = {
    events: [],
    attributes: {},
    status: 0,
    isEnded: false,
    spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 1, ...context }),
    isRecording: () => !span.isEnded,
    addEvent: (name, attributes) => span.events.push({ name, attributes }),
    setAttribute(name, value) {
      span.attributes[name] = value;
    },
    setStatus({ code }) {
      span.status = code;
    },
  };
  return span;
}
