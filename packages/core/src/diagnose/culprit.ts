import type { Diagnosis, PackageVersion, RecordedFrame, RecordedPanic, RootCause } from "./diagnosis.js";
import { isCrash } from "./features/failures.js";
import type { RecordedWindow } from "./window/window.js";

/** Whose code it was, as far as it is known. */
export interface Culprit {
  readonly package: Diagnosis["package"];
  readonly route: string | undefined;
  readonly where: string;
  /** What was seen of it; `undefined` where the figures say all there is. */
  readonly seen: string | undefined;
  /** The topmost frame that is not the runtime's. */
  readonly frame: RecordedFrame | undefined;
}

/** Finds whose code it was: that of a crash, of a stack that was taken, of a site that keeps memory, of a route that is stuck. */
export function culpritOf(window: RecordedWindow, cause: RootCause | undefined): Culprit {
  const panic = panicOf(window);
  if (cause === "event_loop_stall" && window.stacks?.length) {
    // A regular expression that backtracks has no frame of its own: it is the one that called it.
    const stack = window.stacks.find(({ frames }) => ownFrame(frames)) ?? window.stacks[0];
    return culprit(ownFrame(stack?.frames ?? []), stack?.route, "the blocked main thread was there");
  }
  if (cause === "memory_leak" && window.allocations?.length) {
    const most = [...window.allocations].sort((a, b) => b.grown - a.grown)[0];
    return culprit(most?.frame, undefined, "memory that is still in use was allocated there");
  }
  if (cause === "race_condition" && window.races?.length) {
    const race = [...window.races].sort((a, b) => b.count - a.count)[0];
    const route = race?.steps.find((step) => step.route !== undefined)?.route;
    return { ...culprit(undefined, route, `${race?.kind} in ${race?.store}`), where: `${race?.store}: ${race?.key}` };
  }
  if (panic) return culprit(ownFrame(panic.frames) ?? panic.frames[0], panic.route, undefined);
  return culprit(undefined, cause === undefined ? undefined : worstRoute(window), undefined);
}

/** The panic that the diagnosis is about: a crash, else the first one. */
export function panicOf({ panics }: RecordedWindow): RecordedPanic | undefined {
  return panics.find(isCrash) ?? panics[0];
}

function ownFrame(frames: readonly RecordedFrame[]): RecordedFrame | undefined {
  return frames.find((frame) => !frame.file.startsWith("node:"));
}

function culprit(frame: RecordedFrame | undefined, route: string | undefined, seen: string | undefined): Culprit {
  const isForeign = frame !== undefined && /[\\/]node_modules[\\/]/.test(frame.file);
  return { package: isForeign ? packageOf(frame) : undefined, route, where: place(frame), seen, frame };
}

/** The route that most requests are stuck on, or given up on. */
function worstRoute({ routes }: RecordedWindow): string | undefined {
  let worst: string | undefined;
  let most = 0;
  for (const { route, inFlight, streaming, failed, timedOut, canceled } of routes ?? []) {
    const harm = inFlight - streaming + failed + timedOut + canceled;
    if (harm <= most) continue;
    worst = route;
    most = harm;
  }
  return worst;
}

function packageOf({ package: name, version, requiredBy }: RecordedFrame): Diagnosis["package"] {
  return name === undefined ? undefined : { name, version, requiredBy };
}

function place(frame: RecordedFrame | undefined): string {
  return frame ? `${frame.function ?? ""} (${frame.file}:${frame.line}:${frame.column})`.trim() : "unknown";
}

/** A package as people write it. */
export function label({ name, version }: PackageVersion): string {
  return `${name}@${version ?? "?"}`;
}
