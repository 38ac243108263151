import type { TSchema } from "@sinclair/typebox";
import { Value, type ValueError, ValueErrorType } from "@sinclair/typebox/value";
import { parseDuration } from "@sop/core";
import { allowedBy } from "./allowed.js";
import { coerce, depthOf } from "./coerce.js";
import type { Asked, Caller, Endpoint, Problem, Wrong } from "./endpoint.js";
import { closed } from "./schemas.js";

/** A request as it arrived. */
export interface Raw {
  /** Of the path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows the question mark. */
  readonly query: string;
  /** Parsed JSON; `undefined` where there was no body. */
  readonly body: unknown;
  readonly caller: Caller;
}

const MOST_PROBLEMS = 20;
/** How deep JSON may be nested: all that reads it later may do so by recursion. */
const MAX_DEPTH = 16;
const MAX_PATH = 200;
const NOTHING = closed({});

/** Checks a request against the definition of its endpoint: what may be handed on, or all that is wrong with it. */
export function validate(endpoint: Endpoint, raw: Raw): Asked | Problem {
  const wrong: Wrong[] = [];
  const params = checked("path", endpoint.params ?? NOTHING, decoded(raw.params, wrong), wrong);
  const query = checked("query", endpoint.query ?? NOTHING, queried(raw.query, endpoint.query, wrong), wrong);
  const body = bodyOf(endpoint, raw.body, wrong);
  if (wrong.length === 0) return { params, query, body, caller: raw.caller } as Asked;
  return {
    code: "SOP_ERR_REQUEST",
    detail: wrong
      .map(({ path, allowed }) => `${path}: expected ${allowed}`)
      .join("; ")
      .slice(0, 2_000),
    problems: wrong.slice(0, MOST_PROBLEMS),
  };
}

/** Whether a check found something wrong. */
export function isProblem(checked: Asked | Problem): checked is Problem {
  return "code" in checked;
}

function bodyOf({ body: schema }: Endpoint, body: unknown, wrong: Wrong[]): unknown {
  if (schema === undefined) {
    if (body !== undefined) wrong.push({ path: "body", allowed: "none" });
    return undefined;
  }
  if (depthOf(body) > MAX_DEPTH) {
    wrong.push({ path: "body", allowed: `JSON nested at most ${MAX_DEPTH} deep` });
    return undefined;
  }
  return checked("body", schema, body, wrong);
}

/** Percent-encoding undone. */
function decoded(params: Raw["params"], wrong: Wrong[]): Record<string, unknown> {
  const texts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    try {
      texts[name] = decodeURIComponent(value);
    } catch {
      wrong.push({ path: `path.${name}`, allowed: "UTF-8, percent-encoded" });
      texts[name] = value;
    }
  }
  return texts;
}

/** The fields of a query, as the values that its schema says. */
function queried(query: string, schema: TSchema | undefined, wrong: Wrong[]): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, text] of new URLSearchParams(query)) {
    if (fields.has(name)) wrong.push({ path: `query.${name}`, allowed: "to be there once" });
    fields.set(name, coerce(text, schema?.["properties"]?.[name]));
  }
  return Object.fromEntries(fields);
}

/** The value as it may be handed on, its durations read; what is wrong with it goes into `wrong`. */
function checked(place: string, schema: TSchema, value: unknown, wrong: Wrong[]): unknown {
  const found = new Map<string, Wrong>();
  for (const error of Value.Errors(schema, value)) {
    const one = wrongOf(place, error);
    // The first of a place is the nearest to what was meant.
    if (!found.has(one.path)) found.set(one.path, one);
    if (found.size >= MOST_PROBLEMS) break;
  }
  const read = durationsOf(schema, value);
  for (const [name, ms] of Object.entries(read)) {
    const path = `${place}.${name}`;
    if (ms === undefined) found.set(path, { path, allowed: schema["properties"][name]["x-allowed"] });
  }
  wrong.push(...found.values());
  return Object.keys(read).length === 0 ? value : { ...(value as object), ...read };
}

/** The durations in an object, in milliseconds; `undefined` for those out of their range: schemas can only tell the form of a text. */
function durationsOf(schema: TSchema, value: unknown): Record<string, number | undefined> {
  const properties: Readonly<Record<string, TSchema>> = schema["properties"] ?? {};
  const read: Record<string, number | undefined> = {};
  for (const [name, { "x-duration": range }] of Object.entries(properties)) {
    const given = Object(value)[name];
    if (range === undefined || given === undefined) continue;
    const ms = parseDuration(given) ?? Number.NaN;
    read[name] = ms >= range.min && ms <= range.max ? ms : undefined;
  }
  return read;
}

function wrongOf(place: string, { path, schema, type, message }: ValueError): Wrong {
  const at = [place, ...path.split("/").slice(1).map(unescaped)].join(".").slice(0, MAX_PATH);
  if (type !== ValueErrorType.ObjectAdditionalProperties) return { path: at, allowed: allowedBy(schema) ?? message };
  const known = Object.keys(schema["properties"]);
  return { path: at, allowed: `no such field; known are ${known.join(", ") || "none"}` };
}

/** A part of a JSON pointer (RFC 6901). */
function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
