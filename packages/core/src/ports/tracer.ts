/** Puts what happened on the trace of the running request. */
export interface Tracer {
  /** Whether a span is active. Asked first, so that nothing is made where none is. */
  active(): boolean;
  /** Adds an event to the active span, if there is one. */
  event(name: string, attributes: Readonly<Record<string, string | number | boolean>>): void;
}

interface Span {
  addEvent?(name: string, attributes: object): void;
}

interface OpenTelemetryGlobal {
  readonly context?: { active?(): { getValue?(key: symbol): Span | undefined } | undefined };
}

// Where @opentelemetry/api 1.x registers itself, and the key under which it keeps the active span:
// read from there, no package has to be imported and nothing is paid where it is not installed.
const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** The user's own OpenTelemetry, if its API was loaded in this process. */
export const openTelemetry: Tracer = {
  active: () => activeSpan() !== undefined,
  event: (name, attributes) => activeSpan()?.addEvent?.(name, attributes),
};

function activeSpan(): Span | undefined {
  const api = (globalThis as typeof globalThis & { [API]?: OpenTelemetryGlobal })[API];
  return api?.context?.active?.()?.getValue?.(SPAN);
}
