import type { CrashOrigin } from "../ports/host.js";
import type { Context } from "./context.js";
import { describeError, type Panic } from "./panic.js";
import type { Rooms } from "./rooms.js";
import { entryName } from "./stack.js";

/**
 * Records a failure: of `context`, or of the process where it has no owner. A request has one panic, whatever fails in it
 * afterwards; what follows is logged and joins the incident, but is not counted again.
 */
export function recordPanic(
  { clock, log, metrics, fanout, incidents, emitter }: Rooms,
  context: Context | undefined,
  error: unknown,
  origin: "handler" | CrashOrigin,
  given?: string,
): Panic {
  const described = describeError(error);
  const name = context ? (context.failedIn ?? given ?? entryName(described.stack) ?? context.route) : "process";
  const panic: Panic = { at: clock.now(), name, origin, error, ...described };
  const incident = incidents.trigger(origin === "handler" ? "panic" : origin, panic, context);
  const { type, message, stack } = panic;
  (context?.log ?? log).error(
    { middleware: name, origin, err: { type, message, stack }, incident: incident.id },
    "panic",
  );
  incidents.mark("contained", containment(context));
  if (context?.panic) return panic;
  metrics.panicked(name);
  if (context) {
    context.panic = panic;
    emitter.afterPanic(context, panic);
  }
  fanout.emit("panicked", context, panic);
  return panic;
}

function containment(context: Context | undefined): string {
  const owner = context ? `${context.method} ${context.route}` : "nobody";
  return `${owner} gets SOP_PANIC; all others go on`;
}
