import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type IncidentStep, type IncidentStepName, isSameStep, OptionError } from "@sop/core";
import { json } from "./mask.js";
import { incidentsDirectory } from "./options.js";
import { prepareWhole, writeWhole } from "./write-whole.js";

/** What opened an incident, or joined it, as it is kept on disk. */
export interface RecordedTrigger {
  /** `panic`, `uncaughtException`, `unhandledRejection`, `manual`, or a rule's or sensor's name. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The panic's: the middleware, else the route; `process` where no request owns it. */
  readonly name?: string | undefined;
  /** The error's class. */
  readonly type?: string | undefined;
  /** The error's message, masked. */
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
}

/** `incident.json`, schema `sop.incident/1`. Times are milliseconds since 1970. */
export interface IncidentRecord {
  readonly schema: "sop.incident/1";
  readonly id: string;
  readonly service: string;
  readonly state: "open" | "closed";
  readonly openedAt: number;
  readonly closedAt?: number | undefined;
  /** The first trigger. */
  readonly trigger: RecordedTrigger;
  /** All triggers, at most 100, the first one first. */
  readonly triggers: readonly RecordedTrigger[];
  /** How many triggers there were in all. */
  readonly triggerCount: number;
  /** Each step at most once, and alerts, in the order in which they were taken, whichever process took them. */
  readonly timeline: readonly IncidentStep[];
  /** How the process was started. `entry` is an absolute path. */
  readonly process: {
    readonly pid: number;
    readonly node: string;
    readonly cwd: string;
    readonly entry?: string | undefined;
  };
  /** `bundle/request.json` where the failing request was recorded. */
  readonly request?: string | undefined;
}

/** A recorded incident and where it is. */
export interface ListedIncident extends IncidentRecord {
  /** The incident's directory, absolute. */
  readonly dir: string;
}

const FILE = "incident.json";

/** Reads the incident of a directory. Throws `SOP_ERR_OPTION` where there is none, naming the directory. */
export function readIncident(dir: string): IncidentRecord {
  const incident = readIfPresent(dir);
  if (incident !== undefined) return incident;
  const allowed = `an incident's directory, one that has a readable ${FILE} of schema sop.incident/1`;
  throw new OptionError([{ path: "dir", value: JSON.stringify(dir), allowed }]);
}

/** All incidents below `dir` (default: `SOP_DIR`, else `.sop/incidents`), the newest first. Anything else there is passed over. */
export function listIncidents(dir: string = incidentsDirectory(process.env)): ListedIncident[] {
  return directoriesIn(dir).flatMap((name) => {
    const found = resolve(dir, name);
    const incident = readIfPresent(found);
    return incident === undefined ? [] : [{ ...incident, dir: found }];
  });
}

/** Names of the directories below `dir`, the last in alphabetical order first; ids begin with their time. */
export function directoriesIn(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return names.sort().reverse();
  } catch {
    return [];
  }
}

/** Notes a step in the file of an incident; each step once. Gives the incident as it is then. */
export function noteStep(
  dir: string,
  step: IncidentStepName,
  detail: string,
  outcome: IncidentStep["outcome"],
): IncidentRecord {
  return withLock(dir, () => {
    const incident = readIncident(dir);
    const at = Date.now();
    const taken: IncidentStep = { step, at, after: at - incident.openedAt, outcome, detail };
    return put(dir, withSteps(incident, [...incident.timeline, taken]));
  });
}

/** Writes an incident, keeping the steps that other processes noted in its file. */
export function writeIncident(dir: string, incident: IncidentRecord): IncidentRecord {
  return withLock(dir, () => put(dir, withKnownSteps(dir, incident)));
}

/**
 * `writeIncident` that waits for the disk beside the running requests. Where `isStale` says so at the end, nothing is put in place. Who
 * holds the lock is as quick as before: the text is on disk by then.
 */
export async function writeIncidentLater(dir: string, incident: IncidentRecord, isStale: () => boolean): Promise<void> {
  const record = withKnownSteps(dir, incident);
  await prepareWhole(join(dir, FILE), json(record), (put) => {
    if (isStale()) return;
    withLock(dir, () => {
      // Somebody noted a step in the meantime.
      const isNew = withKnownSteps(dir, incident).timeline.length !== record.timeline.length;
      if (isNew) writeWhole(join(dir, FILE), json(withKnownSteps(dir, incident)));
      else put();
    });
  });
}

/** The incident together with the steps that its file has already. */
export function withKnownSteps(dir: string, incident: IncidentRecord): IncidentRecord {
  return withSteps(incident, [...(readIfPresent(dir)?.timeline ?? []), ...incident.timeline]);
}

/** Each step once, alerts by their detail: where it is there twice, the first of them. */
function withSteps(incident: IncidentRecord, steps: readonly IncidentStep[]): IncidentRecord {
  const timeline = steps.filter((step, i) => steps.findIndex((other) => isSameStep(other, step)) === i);
  return { ...incident, timeline: timeline.sort((a, b) => a.at - b.at) };
}

function put(dir: string, incident: IncidentRecord): IncidentRecord {
  writeWhole(join(dir, FILE), json(incident));
  return incident;
}

function readIfPresent(dir: string): IncidentRecord | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(join(dir, FILE), "utf8"));
    return isIncident(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file says what it is to say. */
export function isIncident(value: unknown): value is IncidentRecord {
  if (typeof value !== "object" || value === null) return false;
  const { schema, id, openedAt, timeline } = value as Partial<Record<keyof IncidentRecord, unknown>>;
  return (
    schema === "sop.incident/1" && typeof id === "string" && typeof openedAt === "number" && Array.isArray(timeline)
  );
}

const LOCK = ".incident.lock";
const PATIENCE = 2_000;
const PAUSE = 5;

// Synchronous, because a process that crashes has no later. One that died with the lock in its hand is waited for, not obeyed.
function withLock<T>(dir: string, fn: () => T): T {
  const lock = join(dir, LOCK);
  const wait = new Int32Array(new SharedArrayBuffer(4));
  while (!acquire(dir, lock)) Atomics.wait(wait, 0, 0, PAUSE);
  try {
    return fn();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(dir: string, lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx"));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") readIncident(dir);
    if (code !== "EEXIST") throw error;
    if (ageOf(lock) > PATIENCE) rmSync(lock, { force: true });
    return false;
  }
}

function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
