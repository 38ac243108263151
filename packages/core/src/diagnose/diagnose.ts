import {
  type Diagnosis,
  type PackageVersion,
  type RecordedFrame,
  type RecordedPanic,
  ROOT_CAUSES,
} from "./diagnosis.js";
import type { RecordedWindow } from "./window/window.js";

/**
 * Turns a recorded window into a diagnosis. Pure and deterministic: the same window gives the same answer, years later too.
 * A crash is told by its origin; a failure that the framework caught, or none at all, is no crash.
 */
export function diagnose({ panics, inFlight, missing }: RecordedWindow): Diagnosis {
  const crashes = panics.filter(isCrash);
  const panic = crashes[0] ?? panics[0];
  const { route } = panic ?? {};
  const top = panic?.frames.find((frame) => !frame.file.startsWith("node:"));
  const guilty = top && /[\\/]node_modules[\\/]/.test(top.file) ? packageOf(top) : undefined;
  const cause = causeOf(panic);
  return {
    schema: "sop.diagnosis/1",
    root_cause: cause,
    verdict: crashes.length > 0 ? "confirmed" : "unknown",
    trigger: !panic ? "none" : crashes.length > 0 && route !== undefined ? "traffic" : "unknown",
    summary: summaryOf(panic, guilty),
    package: guilty,
    route,
    evidence_trace: panic
      ? [
          {
            seen: `${panic.origin}: ${panic.type}`,
            where: place(top ?? panic.frames[0]),
            at: panic.at,
            figure: 1,
            limit: "any",
          },
        ]
      : [],
    ruled_out: ROOT_CAUSES.filter((other) => other !== cause).map((other) => ({
      class: other,
      evidence: panic && isCrash(panic) ? `the runtime reported ${panic.origin}` : "all was caught",
    })),
    missing,
    mitigation_suggestion: suggestions(route, guilty),
    features: { panics_count: panics.length, crashes_count: crashes.length, requests_in_flight_count: inFlight },
    lock_graph: null,
    topology: null,
  };
}

function isCrash(panic: RecordedPanic): boolean {
  return panic.origin !== "handler";
}

function causeOf(panic: RecordedPanic | undefined): Diagnosis["root_cause"] {
  if (!panic) return "none";
  if (!isCrash(panic)) return "unknown";
  return panic.origin === "unhandledRejection" ? "crash.unhandled_rejection" : "crash.uncaught";
}

function summaryOf(panic: RecordedPanic | undefined, guilty: Diagnosis["package"]): string {
  if (!panic) return "Nothing failed.";
  const { type, message, name, method, route } = panic;
  if (!isCrash(panic)) return `${type} in ${name} was caught.`;
  const via = guilty?.requiredBy ? ` of ${label(guilty.requiredBy)}` : "";
  const where = guilty ? label(guilty) + via : "the application";
  return `${type} (${message}) in ${where} had no catcher, on ${route === undefined ? "no request" : `${method} ${route}`}.`;
}

function suggestions(route: string | undefined, guilty: Diagnosis["package"]): Diagnosis["mitigation_suggestion"] {
  const found: { text: string; command: string | undefined }[] = [];
  if (route !== undefined) found.push({ text: `Switch ${route} to its fallback.`, command: undefined });
  if (guilty) {
    const { name } = guilty.requiredBy ?? guilty;
    found.push({ text: `Look for a fixed ${name}.`, command: `npm view ${name} versions` });
  }
  return found;
}

function label({ name, version }: PackageVersion): string {
  return `${name}@${version ?? "?"}`;
}

function packageOf({ package: name, version, requiredBy }: RecordedFrame): Diagnosis["package"] {
  return name === undefined ? undefined : { name, version, requiredBy };
}

function place(frame: RecordedFrame | undefined): string {
  return frame ? `${frame.function ?? ""} (${frame.file}:${frame.line}:${frame.column})`.trim() : "unknown";
}
