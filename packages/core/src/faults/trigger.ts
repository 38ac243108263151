import type { Context } from "../request/context.js";
import { header } from "../request/headers.js";
import { pathOf } from "../request/path.js";

/** Whether a fault is for this request. */
export type Trigger = (context: Context) => boolean;

/** What a trigger may be, for people. */
export const TRIGGERS =
  '"header:<name>: <value>", "header:<name>", "path:<path>", "method:<method>", "percentage:<above 0, at most 100>"';

const SHAPE = /^(header|path|method|percentage):(.+)$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** Compiles one trigger; `undefined` where it is none. `random`: 0..1, 1 left out. */
export function compileTrigger(text: unknown, random: () => number): Trigger | undefined {
  const [, kind, rest = ""] = typeof text === "string" ? (SHAPE.exec(text) ?? []) : [];
  const value = rest.trim();
  switch (kind) {
    case "header":
      return byHeader(value);
    case "path":
      return value.startsWith("/") ? byPath(value) : undefined;
    case "method":
      return TOKEN.test(value.toLowerCase()) ? ({ method }) => method === value.toUpperCase() : undefined;
    case "percentage":
      return byPercentage(Number(value), random);
    default:
      return undefined;
  }
}

function byHeader(text: string): Trigger | undefined {
  const colon = text.indexOf(":");
  const name = (colon === -1 ? text : text.slice(0, colon)).trim().toLowerCase();
  if (!TOKEN.test(name)) return undefined;
  if (colon === -1) return ({ headers }) => header(headers, name) !== undefined;
  const value = text.slice(colon + 1).trim();
  return ({ headers }) => header(headers, name) === value;
}

function byPath(path: string): Trigger {
  const start = path.slice(0, -1);
  return path.endsWith("*")
    ? ({ head }) => pathOf(head.url ?? "").startsWith(start)
    : ({ head }) => pathOf(head.url ?? "") === path;
}

function byPercentage(percentage: number, random: () => number): Trigger | undefined {
  return percentage > 0 && percentage <= 100 ? () => random() * 100 < percentage : undefined;
}
