import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sop } from "@sop/core";
import { type AnyMethod, override } from "../../instrument.js";
import { ledgerOf } from "../../ledger.js";
import type { Actor } from "../actor.js";
import { type FileCall, FileRaces } from "./file-races.js";
import { OPERATIONS, type Operation } from "./operations.js";

const PACKAGES = `${sep}node_modules${sep}`;
const watching = new Map<Sop, FileRaces>();
let putBack = (): void => {};

/**
 * Watches what requests do with files, for races: a file that was found to be there, or not to be there, and was not so any more when it was used;
 * and updates that are lost because two requests read a file and then both write it. It is the one part of the product that replaces functions of
 * Node's own, those of `node:fs` and `node:fs/promises`, and only when it is called. Returns a function that ends it; after the last one they are put back.
 */
export function trackFiles(sop: Sop): () => void {
  if (watching.size === 0) putBack = replaceAll();
  if (!watching.has(sop)) watching.set(sop, new FileRaces(sop, ledgerOf(sop).races));
  return () => {
    if (watching.delete(sop) && watching.size === 0) putBack();
  };
}

function replaceAll(): () => void {
  const originals = new Map<object, Map<string, unknown>>();
  const replace = (holder: object, name: string, make: (original: AnyMethod) => AnyMethod): void => {
    const original: unknown = Reflect.get(holder, name);
    if (typeof original !== "function") return;
    const all = originals.get(holder) ?? new Map<string, unknown>();
    originals.set(holder, all.set(name, original));
    override(holder, name, make, true);
  };
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    replace(fs, name, (original) => withCallback(operation, name, original));
    replace(fs, `${name}Sync`, (original) => atOnce(operation, name, original));
    replace(fs.promises, name, (original) => withPromise(operation, original));
  }
  syncBuiltinESMExports();
  return () => {
    for (const [holder, all] of originals) for (const [name, original] of all) Reflect.set(holder, name, original);
    syncBuiltinESMExports();
  };
}

type End = (error: unknown, content?: unknown) => void;

const NOTHING: End = () => {};

function withCallback(operation: Operation, name: string, original: AnyMethod): AnyMethod {
  return function followed(...args: unknown[]): unknown {
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback !== "function") return original.apply(this, args);
    const end = begun(operation, args);
    if (end === NOTHING) return original.apply(this, args);
    args[last] = (...results: unknown[]): unknown => {
      // `exists` alone has no error: it calls back whether it is there.
      if (name === "exists") end(results[0] === true ? undefined : { code: "ENOENT" });
      else end(results[0], results[1]);
      return (callback as AnyMethod)(...results);
    };
    return original.apply(this, args);
  };
}

function atOnce(operation: Operation, name: string, original: AnyMethod): AnyMethod {
  return function followed(...args: unknown[]): unknown {
    const end = begun(operation, args);
    if (end === NOTHING) return original.apply(this, args);
    try {
      const result: unknown = original.apply(this, args);
      const isMissing = result === undefined && /^l?stat$/.test(name);
      end(result === false || isMissing ? { code: "ENOENT" } : undefined, result);
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}

function withPromise(operation: Operation, original: AnyMethod): AnyMethod {
  return async function followed(...args: unknown[]): Promise<unknown> {
    const end = begun(operation, args);
    if (end === NOTHING) return original.apply(this, args);
    try {
      const result: unknown = await original.apply(this, args);
      end(undefined, result);
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}

/** A call begins; what is returned is to be told how it ended. */
function begun(operation: Operation, args: readonly unknown[]): End {
  let races: FileRaces | undefined;
  let actor: Actor | undefined;
  for (const one of watching.values()) {
    races = one;
    actor = one.actor();
    if (actor) break;
  }
  if (!races) return NOTHING;
  const changes = operation !== "check" && operation !== "read" && operation !== "use";
  // Outside of requests only changes are of interest, and most calls are of modules that are being loaded.
  if (!actor && !changes) return NOTHING;
  const path = pathOf(args[0]);
  if (path === undefined) return NOTHING;
  return ending(races, operation, actor, path, args);
}

function ending(
  races: FileRaces,
  given: Operation,
  actor: Actor | undefined,
  path: string,
  args: readonly unknown[],
): End {
  const version = races.version(path);
  const tell =
    (operation: FileCall["operation"], at: string): End =>
    (error, content) =>
      races.ended({ operation, path: at, actor, error: codeOf(error), content, version });
  if (given === "move") {
    const to = pathOf(args[1]);
    const fail = tell("use", path);
    return to === undefined ? NOTHING : (error) => (error ? fail(error) : races.moved(actor, path, to));
  }
  if (given === "make_second") {
    const to = pathOf(args[1]);
    return to === undefined ? NOTHING : tell("make", to);
  }
  if (given === "open") return tell(openedFor(args[1]), path);
  if (given === "write") {
    const isMade = flagOf(args[2]).includes("x");
    if (!isMade) races.writes(actor, path, args[1]);
    return tell(isMade ? "make" : "write", path);
  }
  return tell(given, path);
}

function openedFor(flags: unknown): FileCall["operation"] {
  if (typeof flags === "string") return flags.includes("x") ? "make" : flags.startsWith("r") ? "use" : "write";
  const bits = typeof flags === "number" ? flags : 0;
  if ((bits & fs.constants.O_EXCL) !== 0) return "make";
  return (bits & fs.constants.O_CREAT) !== 0 ? "write" : "use";
}

function flagOf(options: unknown): string {
  const flag: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "flag") : undefined;
  return typeof flag === "string" ? flag : "";
}

/** Absolute; `undefined` for what is no path, or lies in a package. */
function pathOf(given: unknown): string | undefined {
  let path: string;
  if (typeof given === "string") path = given;
  else if (given instanceof URL && given.protocol === "file:") path = fileURLToPath(given);
  else return undefined;
  return path.includes(PACKAGES) ? undefined : resolve(path);
}

function codeOf(error: unknown): string {
  if (error === undefined || error === null) return "";
  const code: unknown = typeof error === "object" ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "unknown";
}
