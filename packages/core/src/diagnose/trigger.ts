import { panicOf } from "./culprit.js";
import type { Diagnosis, RootCause } from "./diagnosis.js";
import { isCrash } from "./features/failures.js";
import type { RecordedWindow } from "./window/window.js";

/** Milliseconds before the trouble in which a change is taken for what set it off. */
const SHORTLY_BEFORE = 600_000;
/** Milliseconds from its start for which a process that is in trouble is taken for newly deployed. */
const NEW = 120_000;

const DEPENDENCIES: readonly RootCause[] = ["dependency_hang", "dependency_outage", "timeout_cascade", "retry_storm"];

/** What set it off, apart from what the mechanism is. */
export function triggerOf(window: RecordedWindow, cause: RootCause): Diagnosis["trigger"] {
  if (cause === "none") return "none";
  const { troubleAt, changes = [], startedAt } = window;
  const change = changes
    .filter(({ at, kind }) => kind !== "breaker" && at <= (troubleAt ?? 0) && at >= (troubleAt ?? 0) - SHORTLY_BEFORE)
    .at(-1);
  if (change) return change.kind === "deploy" ? "deploy" : "config";
  if (DEPENDENCIES.includes(cause)) return "dependency";
  const panic = panicOf(window);
  if (panic) return isCrash(panic) && panic.route !== undefined ? "traffic" : "unknown";
  if (cause === "event_loop_stall" || cause === "overload") return "traffic";
  const isNew = startedAt !== undefined && troubleAt !== undefined && troubleAt - startedAt < NEW && window.death;
  return isNew ? "deploy" : "unknown";
}
