import type { Classified } from "./classify.js";
import { type Culprit, label, panicOf } from "./culprit.js";
import { isCrash } from "./features/failures.js";
import type { FeatureName, Readings } from "./features/features.js";
import type { CauseName } from "./taxonomy/taxonomy.js";
import type { RecordedDeath, RecordedWindow } from "./window/window.js";

/** One sentence for people: what happened, where, with the figure that says so. */
export function summaryOf(window: RecordedWindow, { found, readings }: Classified, culprit: Culprit): string {
  const panic = panicOf(window);
  if (!found && window.death) return `The process ended ${howItEnded(window.death)}, and nothing recorded says why.`;
  if (!found) return panic ? `${panic.type} in ${panic.name} was caught.` : "Nothing failed.";
  const { name } = found.cause;
  if (panic && isCrash(panic) && name.startsWith("crash.")) {
    const { type, message, method, route } = panic;
    return `${type} (${message}) in ${placeOf(culprit)} had no catcher, on ${route === undefined ? "no request" : `${method} ${route}`}.`;
  }
  const on = culprit.route === undefined ? "" : `, on ${culprit.route}`;
  return `${SENTENCES[name](reader(readings), culprit)}${on}.`;
}

function howItEnded({ signal, code }: RecordedDeath): string {
  if (signal !== undefined) return `by ${signal}`;
  return code === undefined ? "in a way that nobody saw" : `by exit code ${code}`;
}

type Read = (name: FeatureName) => string;
type Sentence = (read: Read, culprit: Culprit) => string;

const SENTENCES: Readonly<Record<CauseName, Sentence>> = {
  "crash.uncaught": () => "An error had no catcher",
  "crash.unhandled_rejection": () => "A rejection had no handler",
  "crash.oom": (read) =>
    `The process has no memory left: the heap is at ${read("heap_used_of_limit_ratio")} of its limit`,
  memory_leak: (read, { frame }) =>
    `The heap grew by ${read("heap_growth_bytes")} bytes in ${read("heap_growth_span_ms")} ms and keeps growing${frame ? `; what is kept is allocated in ${frame.function ?? "a function"} (${frame.file}:${frame.line})` : ""}`,
  fd_leak: (read) =>
    `${read("fd_growth_count")} descriptors were opened in ${read("fd_growth_span_ms")} ms and not closed`,
  deadlock: (read) =>
    Number(read("lock_cycle_depth_count")) >= 1
      ? `Requests wait for each other: a ring of ${read("lock_cycle_depth_count")}, and ${read("in_flight_count")} in flight`
      : `Requests are stuck in a process that does nothing and waits for nobody else: ${read("in_stuck_count")} of them`,
  pool_exhaustion: (read) =>
    `A pool is all in use and is not given back: ${read("pool_waiting_count")} wait for it, ${read("out_queued_count")} calls for a connection`,
  dependency_hang: (read) =>
    `${read("out_flight_count")} calls have no answer, the oldest for ${read("out_oldest_ms")} ms`,
  dependency_outage: (read) => `${read("out_failed_count")} calls failed, ${read("out_failed_ratio")} of all`,
  timeout_cascade: (read) =>
    `${read("in_given_up_count")} requests were given up while ${read("out_flight_count")} calls had no answer, the oldest for ${read("out_oldest_ms")} ms`,
  retry_storm: (read) =>
    `${read("out_per_in_ratio")} calls for each request, ${read("out_failed_ratio")} of which fail`,
  overload: (read) =>
    `The event loop is busy for ${read("elu_mean_ratio")} of the time, and requests take ${read("in_p99_ms")} ms`,
  event_loop_stall: (read, culprit) =>
    `The event loop was blocked for ${read("heartbeat_gap_max_ms") === "?" ? read("loop_delay_max_ms") : read("heartbeat_gap_max_ms")} ms by ${culprit.frame ? `${culprit.frame.function ?? "code"} in ${placeOf(culprit)}` : "code that was not seen"}`,
  race_condition: (_read, { where, seen }) =>
    `Requests overlapped where they must not: ${seen ?? "failures of the same kind"} (${where})`,
};

function placeOf({ package: guilty }: Culprit): string {
  if (!guilty) return "the application";
  const via = guilty.requiredBy ? ` of ${label(guilty.requiredBy)}` : "";
  return label(guilty) + via;
}

function reader(readings: Readings): Read {
  return (name) => {
    const value = readings.get(name)?.value;
    if (value === undefined) return "?";
    return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  };
}
