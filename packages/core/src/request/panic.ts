import { ERRORS, type ErrorCode, type SopError } from "../errors.js";
import type { CrashOrigin } from "../ports/host.js";
import { applicationFrames, type Frame } from "./stack.js";

/** A failure of the application's code, described once and safe to log. */
export interface Panic {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of what: the middleware's, hook's, guard's ... name, else the route. */
  readonly name: string;
  /** `handler` when the framework caught it, else how it got past every catcher. */
  readonly origin: "handler" | CrashOrigin;
  /** The error as it was thrown; anything at all. */
  readonly error: unknown;
  /** The error's class, or the kind of value that was thrown: `TypeError`, `string`, `null`. */
  readonly type: string;
  /** At most 2,048 characters. */
  readonly message: string;
  /** `error.code` where it is a string: `ECONNRESET`. */
  readonly code: string | undefined;
  /** At most 8,192 characters; empty for what is no error. */
  readonly stack: string;
  /** The five topmost frames of the application. */
  readonly frames: readonly Frame[];
  /** Classes and messages of the chain of `cause`, outermost first; at most 5, cycles cut. */
  readonly causes: readonly string[];
}

const MAX_MESSAGE = 2_048;
const MAX_STACK = 8_192;
const MAX_CAUSES = 5;

/** Describes whatever was thrown. Never throws itself: getters that throw, proxies and cycles are survived. */
export function describeError(
  error: unknown,
): Pick<Panic, "type" | "message" | "code" | "stack" | "frames" | "causes"> {
  const said = loggable(error);
  return { ...said, code: textOf(error, "code"), frames: applicationFrames(said.stack), causes: causesOf(error) };
}

/** What a log line says of an error: never more than its class, message and stack. */
export function loggable(error: unknown): { type: string; message: string; stack: string } {
  return { type: typeName(error), message: messageOf(error), stack: clip(textOf(error, "stack") ?? "", MAX_STACK) };
}

/**
 * Whether an error is a framework's own for the client: one with a `status` or `statusCode` of 400 to 499, as http-errors,
 * Fastify, Hono's and Nest's exceptions have it.
 */
export function isClientError(error: unknown): boolean {
  const status = property(error, "status") ?? property(error, "statusCode");
  return typeof status === "number" && status >= 400 && status < 500;
}

/**
 * Whether an error is a policy's: a breaker that is not closed, a limit, a time that is over. Those say that something was
 * contained: a handler that lets one through has not failed. Told by name and code, as a process may have two copies of this package.
 */
export function isPolicyError(error: unknown): error is SopError {
  const code = textOf(error, "code") ?? "";
  return textOf(error, "name") === "SopError" && code in ERRORS && ERRORS[code as ErrorCode].retryable;
}

function causesOf(error: unknown): string[] {
  const seen = new Set<unknown>([error]);
  const causes: string[] = [];
  let cause = property(error, "cause");
  while (cause !== undefined && cause !== null && causes.length < MAX_CAUSES) {
    if (seen.has(cause)) {
      causes.push("(cycle)");
      break;
    }
    seen.add(cause);
    causes.push(`${typeName(cause)}: ${clip(messageOf(cause), 256)}`);
    cause = property(cause, "cause");
  }
  return causes;
}

function messageOf(error: unknown): string {
  const isObject = typeof error === "object" && error !== null;
  return clip(isObject ? (textOf(error, "message") ?? "") : String(error), MAX_MESSAGE);
}

function typeName(error: unknown): string {
  if (error === null) return "null";
  if (typeof error !== "object") return typeof error;
  const name = textOf(error, "name");
  if (name !== undefined && name !== "") return clip(name, 128);
  const made = property(error, "constructor");
  return typeof made === "function" ? clip(made.name, 128) : "object";
}

function textOf(error: unknown, key: string): string | undefined {
  const value = property(error, key);
  return typeof value === "string" ? value : undefined;
}

/** A property of anything, `undefined` where there is none or its getter throws. */
export function property(target: unknown, key: string): unknown {
  if (target === null || typeof target !== "object") return undefined;
  try {
    return (target as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function clip(text: string, length: number): string {
  return text.slice(0, length);
}
