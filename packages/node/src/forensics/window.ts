import type { IncidentTrigger, Panic, RecordedPanic, RecordedWindow } from "@sop/core";
import { recordFrames } from "./frames.js";
import type { RecordedTrigger } from "./incident-file.js";
import { maskText } from "./mask.js";

const recorded = new WeakMap<Panic, RecordedPanic>();

/** What the diagnosis of an incident looks at. `contributed`: what other parts have seen. */
export function windowOf(
  triggers: readonly IncidentTrigger[],
  entry: string | undefined,
  inFlight: number,
  missing: readonly string[],
  contributed: Partial<RecordedWindow>,
): RecordedWindow {
  const panics = triggers.flatMap((trigger) => recordPanic(trigger, entry));
  return { ...contributed, panics, inFlight, missing: [...missing, ...(contributed.missing ?? [])] };
}

function recordPanic({ panic, requestId, method, route }: IncidentTrigger, entry: string | undefined): RecordedPanic[] {
  if (panic === undefined) return [];
  const { at, name, origin, type, message, code, stack } = panic;
  const known = recorded.get(panic) ?? {
    at,
    name,
    origin,
    type,
    message: maskText(message),
    code,
    frames: recordFrames(stack, entry),
    requestId,
    method,
    route,
  };
  recorded.set(panic, known);
  return [known];
}

/** A trigger as `incident.json` keeps it. */
export function recordTrigger({ kind, at, panic, requestId, method, route }: IncidentTrigger): RecordedTrigger {
  const message = panic && maskText(panic.message);
  return { kind, at, name: panic?.name, type: panic?.type, message, requestId, method, route };
}
