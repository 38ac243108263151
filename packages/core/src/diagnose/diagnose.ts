import type { Diagnosis, Evidence, RecordedFrame, RecordedPanic, RecordedWindow, RootCause } from "./diagnosis.js";

/**
 * Turns a recorded window into a diagnosis. Pure and deterministic: the same window gives the same answer, years later too.
 * A crash is told by its origin; a failure that the framework caught, or none at all, is no crash.
 */
export function diagnose(window: RecordedWindow): Diagnosis {
  const crash = window.panics.find((panic) => panic.origin !== "handler");
  const features = {
    panics_count: window.panics.length,
    crashes_count: window.panics.filter((panic) => panic.origin !== "handler").length,
    requests_in_flight_count: window.inFlight,
  };
  const common = { schema: "sop.diagnosis/1", missing: window.missing, features, lock_graph: null, topology: null } as const;
  if (crash !== undefined) return { ...common, ...ofCrash(crash) };
  const panic = window.panics[0];
  return {
    ...common,
    root_cause: panic === undefined ? "none" : "unknown",
    verdict: "unknown",
    trigger: "unknown",
    summary:
      panic === undefined
        ? "Nothing failed in the recorded window."
        : `${panic.type} was thrown in ${panic.name} and caught by the framework; nothing recorded tells why.`,
    package: packageOf(panic),
    route: panic?.route,
    evidence_trace: panic === undefined ? [] : [evidenceOf(panic, "a failure of a handler")],
    ruled_out: [
      { class: "crash.uncaught", evidence: "no error got past every catcher in the window" },
      { class: "crash.unhandled_rejection", evidence: "no promise was rejected without a handler in the window" },
    ],
    mitigation_suggestion: [],
  };
}

type Verdict = Omit<Diagnosis, "schema" | "missing" | "features" | "lock_graph" | "topology">;

function ofCrash(crash: RecordedPanic): Verdict {
  const rejected = crash.origin === "unhandledRejection";
  const cause: RootCause = rejected ? "crash.unhandled_rejection" : "crash.uncaught";
  const other = rejected ? "crash.uncaught" : "crash.unhandled_rejection";
  const owner = packageOf(crash);
  const where = owner === undefined ? "the application's own code" : `${owner.name}@${owner.version ?? "?"}`;
  const route = crash.route === undefined ? "no request" : `${crash.method ?? ""} ${crash.route}`.trim();
  return {
    root_cause: cause,
    verdict: "confirmed",
    trigger: crash.route === undefined ? "unknown" : "traffic",
    summary: `${crash.type}${crash.message === "" ? "" : ` (${crash.message})`} in ${where}, on ${route}, had no catcher.`,
    package: owner,
    route: crash.route,
    evidence_trace: [evidenceOf(crash, rejected ? "a rejected promise without a handler" : "an error past every catcher")],
    ruled_out: [
      { class: other, evidence: `the runtime reported the origin as ${crash.origin}` },
      { class: "crash.oom", evidence: "a handler of the process still ran; after V8's out-of-memory abort none does" },
    ],
    mitigation_suggestion: suggestions(crash, owner),
  };
}

function suggestions(crash: RecordedPanic, owner: Diagnosis["package"]): Diagnosis["mitigation_suggestion"] {
  const found: { text: string; command: string | undefined }[] = [];
  if (crash.route !== undefined) {
    found.push({ text: `Switch ${crash.route} to its fallback with the flag that guards it in sop.yaml.`, command: undefined });
  }
  if (owner !== undefined) {
    found.push({ text: `Look for a fixed version of ${owner.name}.`, command: `npm view ${owner.name} versions` });
  }
  return found;
}

function evidenceOf(panic: RecordedPanic, seen: string): Evidence {
  const top = panic.frames.find((frame) => frame.package !== undefined) ?? panic.frames[0];
  return { seen: `${seen}: ${panic.type}`, where: place(top), at: panic.at, figure: 1, limit: "any" };
}

function place(frame: RecordedFrame | undefined): string {
  if (frame === undefined) return "no frame was recorded";
  const named = frame.function === undefined ? "" : `${frame.function} `;
  return `${named}(${frame.file}:${frame.line}:${frame.column})`;
}

/** The package of the topmost frame that is neither the runtime's nor this project's. */
function packageOf(panic: RecordedPanic | undefined): Diagnosis["package"] {
  const frame = panic?.frames.find((f) => !f.file.startsWith("node:"));
  if (frame?.package === undefined || !/[\\/]node_modules[\\/]/.test(frame.file)) return undefined;
  return { name: frame.package, version: frame.version };
}
