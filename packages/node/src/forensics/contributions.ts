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

/** What all contributors add to the window of an incident. One that fails is named in `missing`, and told to `failed`. */
export function contributedWindow(sop: Sop, incident: Incident, failed: Failed): Partial<RecordedWindow> {
  const missing: string[] = [];
  let window: Partial<RecordedWindow> = {};
  for (const contributor of contributorsOf(sop)) {
    const added = guarded(() => contributor.window?.(incident), contributor, failed);
    if (added === FAILED) missing.push(contributor.name);
    else if (added) {
      missing.push(...(added.missing ?? []));
      window = { ...window, ...added };
    }
  }
  return { ...window, missing };
}

/** The files that all contributors have at once, and the ones that they have not. */
export function contributedFiles(sop: Sop, incident: Incident, failed: Failed): Contributed {
  const files: ContributedFile[] = [];
  const leftOut: { readonly file: string; readonly why: string }[] = [];
  for (const contributor of contributorsOf(sop)) {
    const added = guarded(() => contributor.files?.(incident), contributor, failed);
    if (added === FAILED) leftOut.push({ file: contributor.name, why: "it could not be taken" });
    else files.push(...(added ?? []));
    const not = guarded(() => contributor.leftOut?.(), contributor, failed);
    if (not !== FAILED) leftOut.push(...(not ?? []));
  }
  return { files, leftOut };
}

/** The files that take their time; what is not there within `limit` milliseconds is left out. */
export async function contributedLater(
  sop: Sop,
  incident: Incident,
  limit: number,
  failed: Failed,
): Promise<readonly ContributedFile[]> {
  const signal = AbortSignal.timeout(limit);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // Nobody may wait for it.
  late.catch(() => {});
  const taken = contributorsOf(sop).map(async (contributor) => {
    try {
      return (await Promise.race([contributor.filesLater?.(incident, signal), late])) ?? [];
    } catch (error) {
      failed(contributor.name, error);
      return [];
    }
  });
  return (await Promise.all(taken)).flat();
}

/** What contributors have of an incident. */
export interface Contributed {
  readonly files: readonly ContributedFile[];
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}

/** Told of a contributor that failed. */
export type Failed = (name: string, error: unknown) => void;

const FAILED = Symbol();

function guarded<T>(fn: () => T, { name }: Contributor, failed: Failed): T | typeof FAILED {
  try {
    return fn();
  } catch (error) {
    failed(name, error);
    return FAILED;
  }
}

const renewals = new WeakMap<Sop, Set<() => void>>();

/** Listens to those who ask for another diagnosis. Returns a function that stops it. */
export function onRenewal(sop: Sop, listener: () => void): () => void {
  const all = renewals.get(sop) ?? new Set();
  renewals.set(sop, all.add(listener));
  return () => all.delete(listener);
}

/** There is more evidence of the open incident: it is diagnosed again, and what has changed is written. */
export function renew(sop: Sop): void {
  for (const listener of renewals.get(sop) ?? []) listener();
}

const recordings = new WeakMap<Sop, Set<() => void>>();

/** Who can bring what is open to disk at once. Returns a function that ends that. */
export function onRecordNow(sop: Sop, listener: () => void): () => void {
  const all = recordings.get(sop) ?? new Set();
  recordings.set(sop, all.add(listener));
  return () => all.delete(listener);
}

/** The process is about to end: the open incident is on disk when this returns. */
export function recordNow(sop: Sop): void {
  for (const listener of recordings.get(sop) ?? []) listener();
}
