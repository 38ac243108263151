import type { Incident, Sop } from "@sop/core";
import type { HeavyEvidence } from "./heavy.js";

/** Who records the incidents of a Sop. */
export interface Recorder {
  /** Takes a bundle now: of the open incident, else of one that is opened for it. `heavy`: what is added to it when the process leaves. */
  take(heavy: HeavyEvidence): Incident;
}

const recorders = new WeakMap<Sop, Recorder>();

/** Makes it known. Returns a function that takes it back. */
export function tellRecorder(sop: Sop, recorder: Recorder): () => void {
  recorders.set(sop, recorder);
  return () => recorders.delete(sop);
}

/** `undefined` where incidents are not recorded. */
export function recorderOf(sop: Sop): Recorder | undefined {
  return recorders.get(sop);
}
