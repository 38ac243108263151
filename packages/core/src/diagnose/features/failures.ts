import type { RecordedPanic } from "../diagnosis.js";
import { type Feature, now } from "./feature.js";

const RACING = /^(EADDRINUSE|EEXIST|ENOENT|ENOTEMPTY)$/;
const OUT_OF_MEMORY =
  /heap out of memory|Reached heap limit|invalid (?:array|table) size Allocation failed|Array buffer allocation failed/i;
const KILLED = 137;

/** Whether the runtime, and not a framework, reported a panic. */
export function isCrash(panic: RecordedPanic): boolean {
  return panic.origin !== "handler";
}

/** Of failed code, and of a process that is gone. */
export const failureFeatures = {
  panics_count: { about: "failures of code", of: (view) => now(view, view.window.panics.length) },
  crashes_count: {
    about: "failures without a catcher",
    of: (view) => now(view, view.window.panics.filter(isCrash).length),
  },
  uncaught_count: {
    about: "errors that were thrown, and not caught",
    of: (view) => now(view, view.window.panics.filter(({ origin }) => origin === "uncaughtException").length),
  },
  unhandled_count: {
    about: "promises that were rejected, and not handled",
    of: (view) => now(view, view.window.panics.filter(({ origin }) => origin === "unhandledRejection").length),
  },
  racing_errors_count: {
    about: "failures of the kind that two who do the same at once have",
    of: (view) => now(view, view.window.panics.filter(({ code }) => RACING.test(code ?? "")).length),
  },
  descriptor_errors_count: {
    about: "failures for lack of descriptors",
    of: (view) => now(view, view.window.panics.filter(({ code }) => code === "EMFILE" || code === "ENFILE").length),
  },
  died_out_of_memory_count: {
    about: "whether the process ended for lack of memory: by V8's message, or by a kill of its control group",
    of(view) {
      const { death } = view.window;
      if (!death) return undefined;
      const isSaid = death.stderr.some((line) => OUT_OF_MEMORY.test(line));
      const kills = death.oomKilled === true || view.samples.some((sample) => (sample.cgroup_oom_kills_count ?? 0) > 0);
      const isKilled = (death.code === KILLED || death.signal === "SIGKILL") && (kills || isNearLimit(view));
      return now(view, isSaid || isKilled ? 1 : 0);
    },
  },
  died_by_signal_count: {
    about: "whether the process ended by a signal",
    of: (view) => now(view, view.window.death && (view.window.death.signal === undefined ? 0 : 1)),
  },
  requests_in_flight_count: { about: "requests in flight", of: (view) => now(view, view.window.inFlight) },
} as const satisfies Readonly<Record<string, Feature>>;

/** The last sample before the end has nearly all the memory that the control group may have. */
function isNearLimit({ samples }: Parameters<Feature["of"]>[0]): boolean {
  const { cgroup_memory_bytes: used, cgroup_memory_limit_bytes: limit } = samples.at(-1) ?? {};
  return used !== undefined && limit !== undefined && used >= limit * 0.9;
}
