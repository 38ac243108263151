import { createHash } from "node:crypto";
import { createReadStream, lstatSync } from "node:fs";
import { join } from "node:path";
import {
  diagnose,
  OptionError,
  type RecordedPanic,
  type RecordedStack,
  type RecordedWindow,
  SAMPLE_FIELDS,
  type Sample,
} from "@sop/core";
import { isIncident, type RecordedTrigger } from "./incident-file.js";
import { readJson } from "./read-json.js";

/** A part of a bundle that cannot be used, and why. */
export interface Unusable {
  readonly file: string;
  readonly why: string;
}

/** What of a bundle can be diagnosed. */
export interface Salvaged {
  readonly window: RecordedWindow;
  readonly unusable: readonly Unusable[];
}

const WINDOW = "bundle/window.json";
const MANIFEST = "bundle/manifest.json";
/** A window of a healthy service has less than a megabyte. */
const MOST_HASHED = 256 * 2 ** 20;

/**
 * What the diagnosis of an incident is to look at, out of a directory that may be damaged, changed, another program's or of a newer version:
 * the recorded window where that is as it was recorded, else what the other files have of it. Every part that cannot be used is named.
 * Throws `SOP_ERR_OPTION` where there is nothing to be diagnosed.
 */
export async function salvage(dir: string): Promise<Salvaged> {
  const unusable: Unusable[] = [];
  const known = readManifest(dir, unusable);
  const use = async <T>(file: string, isUsable: (value: unknown) => boolean): Promise<T | undefined> => {
    if (known !== undefined && !known.has(file) && file.startsWith("bundle/")) {
      if (file === WINDOW) unusable.push({ file, why: "the manifest knows no such file" });
      return undefined;
    }
    const why = await whyUnusable(dir, file, known?.get(file));
    if (why === undefined) {
      try {
        return readJson<T>(dir, file, isUsable);
      } catch (error) {
        unusable.push({ file, why: reasonOf(error) });
        return undefined;
      }
    }
    unusable.push({ file, why });
    return undefined;
  };
  const window = await use<RecordedWindow>(WINDOW, isWindow);
  if (window && canBeDiagnosed(window, unusable)) return { window, unusable };
  const rest = await windowOfRest(use);
  if (rest === undefined) throw nothingLeft(dir, unusable);
  return { window: rest, unusable };
}

type Use = <T>(file: string, isUsable: (value: unknown) => boolean) => Promise<T | undefined>;

interface Expected {
  readonly bytes: number;
  readonly sha256: string;
}

/** What each file is to be; `undefined` where no manifest says so. */
function readManifest(dir: string, unusable: Unusable[]): ReadonlyMap<string, Expected> | undefined {
  try {
    const { schema, files } = readJson<{ schema: unknown; files: unknown }>(dir, MANIFEST, isObject);
    if (schema !== "sop.bundle/1") {
      unusable.push({
        file: MANIFEST,
        why: `its schema is ${printable(schema)}, and this version knows sop.bundle/1: whether files were changed is not known`,
      });
    }
    if (!Array.isArray(files)) return undefined;
    const entries = files.flatMap((file: unknown): [string, Expected][] => {
      const { name, bytes, sha256 } = Object(file) as Partial<Expected & { name: string }>;
      const isEntry = typeof name === "string" && typeof bytes === "number" && typeof sha256 === "string";
      return isEntry ? [[name, { bytes, sha256 }]] : [];
    });
    return new Map(entries);
  } catch (error) {
    unusable.push({ file: MANIFEST, why: `${reasonOf(error)}: whether files were changed is not known` });
    return undefined;
  }
}

async function whyUnusable(dir: string, file: string, expected: Expected | undefined): Promise<string | undefined> {
  const path = join(dir, file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return "it is not there";
  if (!found.isFile()) return "it is no plain file";
  if (expected === undefined) return undefined;
  if (found.size < expected.bytes) return `it is cut: ${found.size} of ${expected.bytes} bytes are there`;
  if (found.size !== expected.bytes) return `it was changed: it has ${found.size} bytes, not ${expected.bytes}`;
  if (found.size > MOST_HASHED) return `it has ${found.size} bytes, more than is looked at`;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex") === expected.sha256 ? undefined : "it was changed: its hash is not that of the manifest";
}

/** Fields of another type than they are to have are as bad as none. */
function canBeDiagnosed(window: RecordedWindow, unusable: Unusable[]): boolean {
  try {
    diagnose(window);
    return true;
  } catch (error) {
    unusable.push({ file: WINDOW, why: `it is of another form, or of a newer version (${reasonOf(error)})` });
    return false;
  }
}

/** The window out of the files that it was made of. */
async function windowOfRest(use: Use): Promise<RecordedWindow | undefined> {
  const incident = await use<{ openedAt: number; triggers?: readonly RecordedTrigger[] }>("incident.json", isIncident);
  const sensors = await use<SensorsFile>("bundle/sensors.json", isSensors);
  const stacks = await use<{ stacks: readonly RecordedStack[] }>("bundle/stacks.json", hasStacks);
  const requests = await use<{ count: number }>("bundle/requests.json", hasCount);
  const panics = Array.isArray(incident?.triggers) ? incident.triggers.flatMap(panicOf) : [];
  if (!sensors && !stacks && panics.length === 0) return undefined;
  const window: RecordedWindow = {
    panics,
    inFlight: requests?.count ?? 0,
    missing: [WINDOW],
    ...(incident && { troubleAt: incident.openedAt }),
    ...(sensors && { samples: samplesOf(sensors) }),
    ...(stacks && { stacks: stacks.stacks }),
  };
  return canBeDiagnosed(window, []) ? window : undefined;
}

const ORIGINS: Readonly<Record<string, RecordedPanic["origin"]>> = {
  panic: "handler",
  uncaughtException: "uncaughtException",
  unhandledRejection: "unhandledRejection",
};

function panicOf(trigger: RecordedTrigger): RecordedPanic[] {
  const { kind, at, name, type, message, requestId, method, route } = Object(trigger) as RecordedTrigger;
  const origin = ORIGINS[kind];
  if (origin === undefined) return [];
  const said = { name: name ?? "process", type: type ?? "Error", message: message ?? "" };
  return [{ at, origin, ...said, code: undefined, frames: [], requestId, method, route }];
}

interface SensorsFile {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
}

function samplesOf({ columns, rows }: SensorsFile): Sample[] {
  const known = columns.map((name) => name === "at" || name === "interval" || Object.hasOwn(SAMPLE_FIELDS, name));
  return rows.flatMap((row) => {
    const values = columns.flatMap((name, i): [string, number][] => {
      const value = row[i];
      return known[i] && typeof value === "number" && Number.isFinite(value) ? [[name, value]] : [];
    });
    const sample = Object.fromEntries(values) as unknown as Sample;
    return typeof sample.at === "number" ? [sample] : [];
  });
}

function isWindow(value: unknown): boolean {
  const { panics, inFlight, missing } = Object(value) as Partial<RecordedWindow>;
  return Array.isArray(panics) && typeof inFlight === "number" && Array.isArray(missing);
}

function isSensors(value: unknown): boolean {
  const { columns, rows } = Object(value) as Partial<SensorsFile>;
  const isTable = Array.isArray(columns) && Array.isArray(rows) && rows.every(Array.isArray);
  return isTable && columns.every((name) => typeof name === "string");
}

function hasStacks(value: unknown): boolean {
  const { stacks } = Object(value) as { stacks?: unknown };
  return Array.isArray(stacks) && stacks.every((stack) => Array.isArray(Object(stack).frames));
}

function hasCount(value: unknown): boolean {
  return typeof Object(value).count === "number";
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What was wrong, without the sentence around it. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /with a readable \S+ \((.*)\)$/s.exec(text)?.[1] ?? text;
}

function printable(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "missing";
}

function nothingLeft(dir: string, unusable: readonly Unusable[]): OptionError {
  const why = unusable.map(({ file, why }) => `${file}: ${why}`).join("; ");
  const allowed = `an incident's directory in which there is something to be diagnosed (${why})`;
  return new OptionError([{ path: "incident", value: JSON.stringify(dir), allowed }]);
}
