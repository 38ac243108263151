import { OptionError, type OptionProblem, type Sop } from "@sop/core";
import { checkName, shown } from "../check.js";
import { type AnyMethod, hasMethods, override } from "../instrument.js";
import { ledgerOf } from "../ledger.js";
import { digestOf, shownKey } from "./key.js";
import { ReadWrite } from "./read-write.js";

const MAX_TEXT = 65_536;
/** Values that are made to texts in a second, for each store; what comes beyond them is not followed. */
const PER_SECOND = 2_000;

/** Options of `trackStore`. */
export interface TrackStoreOptions {
  /** Whether its keys are secrets, as those of a session store: they are digests in evidence. Default `false`: only those that look like one. */
  readonly secretKeys?: boolean | undefined;
}

const watched = new WeakSet<object>();
const REMOVERS = ["destroy", "delete", "del", "remove"];

/**
 * Watches a store of sessions, a cache, or whatever else has `get(key)` and `set(key, value)`, with a callback, a promise or at once, for
 * updates that are lost: a request reads a key, another one changes it, and the first one writes without that change. Each is in the evidence
 * of incidents, with both requests. Returns the store. Nothing is refused or thrown on account of it. Throws `SOP_ERR_OPTION` for what is no
 * store, and for a name that is empty or longer than 200 characters.
 */
export function trackStore<T extends object>(sop: Sop, store: T, name: string, options: TrackStoreOptions = {}): T {
  const problems: OptionProblem[] = checkName(name);
  if (!hasMethods(store, ["get", "set"])) {
    problems.push({ path: "store", value: shown(store), allowed: "an object with get(key) and set(key, value)" });
  }
  if (problems.length > 0) throw new OptionError(problems);
  if (watched.has(store)) return store;
  watched.add(store);
  const keys = options.secretKeys ? digestOf : shownKey;
  const seen = new ReadWrite(sop, ledgerOf(sop).races, name, keys, { text: dataOf(), fromNothing: false });
  followGet(store, seen);
  followSet(store, seen);
  for (const remover of REMOVERS) followRemove(store, remover, seen);
  return store;
}

function followGet(store: object, seen: ReadWrite): void {
  override(
    store,
    "get",
    (original) =>
      function get(...args: unknown[]): unknown {
        const actor = seen.actor();
        const [key, ...rest] = args;
        if (!actor || typeof key !== "string") return original.apply(this, args);
        const version = seen.version(key);
        const read = (value: unknown): void => seen.read(actor, key, value, version);
        const at = rest.findIndex((arg) => typeof arg === "function");
        if (at !== -1) {
          const callback = rest[at] as AnyMethod;
          rest[at] = (error: unknown, value: unknown, ...more: unknown[]): unknown => {
            if (!error) read(value);
            return callback(error, value, ...more);
          };
          return original.call(this, key, ...rest);
        }
        const result: unknown = original.apply(this, args);
        if (isThenable(result)) result.then(read, () => {});
        else read(result);
        return result;
      },
  );
}

function followSet(store: object, seen: ReadWrite): void {
  override(
    store,
    "set",
    (original) =>
      function set(...args: unknown[]): unknown {
        const [key, value] = args;
        if (typeof key === "string") seen.write(seen.actor(), key, value);
        return original.apply(this, args);
      },
  );
}

function followRemove(store: object, name: string, seen: ReadWrite): void {
  override(
    store,
    name,
    (original) =>
      function remove(...args: unknown[]): unknown {
        if (typeof args[0] === "string") seen.remove(args[0]);
        return original.apply(this, args);
      },
  );
}

/** Makes values to texts, as many a second as may be. The cookie of a session is set anew by each request and is no part of it. */
function dataOf(): (value: unknown) => string | undefined {
  let second = 0;
  let left = 0;
  return (value) => {
    if (value === undefined || value === null) return "";
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) left = PER_SECOND;
    second = now;
    if (left-- <= 0) return undefined;
    try {
      const text = JSON.stringify(typeof value === "string" ? parsed(value) : withoutCookie(value));
      return text !== undefined && text.length <= MAX_TEXT ? text : undefined;
    } catch {
      // A cycle, a bigint: it is no plain data.
      return undefined;
    }
  };
}

/** Stores of texts mostly keep JSON. */
function parsed(text: string): unknown {
  try {
    return text.length <= MAX_TEXT ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

function withoutCookie(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("cookie" in value)) return value;
  const { cookie: _cookie, ...rest } = value as Record<string, unknown>;
  return rest;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return hasMethods(value, ["then"]);
}
