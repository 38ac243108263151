import type { Span, Tracer } from "../ports/tracer.js";

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
    if (!span) return undefined;
    const { isRemote, traceId } = span.spanContext();
    return isRemote || !/[^0]/.test(traceId) ? undefined : span;
  },
  inject(set) {
    const active = api()?.context?.active?.();
    if (active) api()?.propagation?.inject?.(active, set, SETTER);
  },
};

export function isOpenTelemetryLoaded(): boolean {
  return api() !== undefined;
}

function api(): OpenTelemetryGlobal | undefined {
  return (globalThis as typeof globalThis & { [API]?: OpenTelemetryGlobal })[API];
}
