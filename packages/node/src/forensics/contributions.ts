import type { Incident, RecordedWindow, Sop } from "@sop/core";

/** A file of evidence: its name below `bundle/`, its kind for the manifest, and its content, which holds no secret. */
export interface ContributedFile {
  readonly name: string;
  readonly kind: string;
  readonly data: string | Uint8Array;
}

/** A part of Node's that has evidence: sensors, the flight recorder, locks, profiles. Each method is optional. */
export interface Contributor {
  /** For the log, and for `missing` where it fails. */
  readonly name: string;
  /** What the diagnosis is to look at: fields of the window that are its own. Quick: it runs in the main thread, at each diagnosis. */
  window?(incident: Incident): Partial<RecordedWindow>;
  /** Files, at once: the process may be about to end. */
  files?(incident: Incident): readonly ContributedFile[];
  /** Files that take their time, for the bundle of a process that goes on. `signal`: nobody waits any more. */
  filesLater?(incident: Incident, signal: AbortSignal): Promise<readonly ContributedFile[]>;
  /** Names of files below `bundle/` that it has none of, and why. */
  leftOut?(): readonly { readonly file: string; readonly why: string }[];
}

const contributors = new WeakMap<Sop, Set<Contributor>>();

/** Adds evidence to each incident of `sop`. Returns a function that takes it away. */
export function contribute(sop: Sop, contributor: Contributor): () => void {
  const all = contributors.get(sop) ?? new Set();
  contributors.set(sop, all.add(contributor));
  return () => all.delete(contributor);
}

/** All that was added, in the order in which it was. */
export function contributorsOf(sop: Sop): readonly Contributor[] {
  return [...(contributors.get(sop) ?? [])];
}
