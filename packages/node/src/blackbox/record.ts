import type { CallOutcome } from "../http/outcome.js";

/** How a request ended that was recorded. */
export interface RequestRecord {
  readonly kind: "request";
  /** Milliseconds since 1970: when it ended. */
  readonly at: number;
  readonly method: string;
  readonly route: string;
  /** 499 where its client left. */
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly requestId: string;
  /** Only where its trace is recorded. */
  readonly traceId?: string | undefined;
  /** Whether its deadline passed. */
  readonly isExpired: boolean;
}

/** How a call to another service ended. */
export interface CallRecord {
  readonly kind: "call";
  readonly at: number;
  readonly host: string;
  /** 0 where it got no answer. */
  readonly status: number;
  readonly outcome: CallOutcome;
  readonly duration: number;
  /** The route that made it, and the request; absent for a call that belongs to none. */
  readonly route?: string | undefined;
  readonly requestId?: string | undefined;
  /** Whether it repeats one of the same request that failed. */
  readonly isRetry: boolean;
}

/** Code that failed. */
export interface PanicRecord {
  readonly kind: "panic";
  readonly at: number;
  readonly name: string;
  readonly origin: "handler" | "uncaughtException" | "unhandledRejection";
  readonly type: string;
  readonly code?: string | undefined;
  readonly message: string;
  /** As `function file:line:column`, topmost first. */
  readonly frames: readonly string[];
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Something else that happened, in a few words. */
export interface NoteRecord {
  readonly kind: "breaker" | "flag" | "source" | "rule" | "fault" | "outgoing" | "drain" | "incident";
  readonly at: number;
  readonly what: string;
}

/** A line of the log, without its secrets and not longer than a few hundred characters. */
export interface LogRecord {
  readonly kind: "log";
  readonly at: number;
  readonly level: "warn" | "error";
  readonly what: string;
  readonly requestId?: string | undefined;
}

/** One of the last events before an incident, or before the end. */
export type FlightRecord = RequestRecord | CallRecord | PanicRecord | NoteRecord | LogRecord;

/** The kinds of notes. */
export type NoteKind = NoteRecord["kind"];

/** The numbers of kinds: new ones are added at the end. `more` goes on with the text of the record before. */
export const KINDS = [
  "",
  "request",
  "call",
  "panic",
  "breaker",
  "flag",
  "source",
  "rule",
  "fault",
  "outgoing",
  "drain",
  "incident",
  "log",
  "more",
] as const;

/** The numbers of how calls end: new ones are added at the end. */
export const OUTCOMES = ["answered", "refused", "reset", "timeout", "canceled", "failed"] as const;

/** The numbers of how code fails. */
export const ORIGINS = ["handler", "uncaughtException", "unhandledRejection"] as const;

/** Where the parts of a record are. A record that is complete has its number at both ends. */
export const AT = {
  number: 0,
  kind: 4,
  detail: 5,
  status: 6,
  at: 8,
  duration: 16,
  method: 24,
  name: 26,
  from: 28,
  idLength: 30,
  textLength: 31,
  id: 32,
  trace: 96,
  // What has a text has no trace.
  text: 96,
  numberAgain: 188,
} as const;
/** Room for an id, and for a text. */
export const ID_BYTES = 64;
export const TRACE_BYTES = 32;
export const TEXT_BYTES: number = AT.numberAgain - AT.text;
/** A record that goes on with the text of another has nothing else. */
export const MORE_BYTES: number = AT.numberAgain - AT.id;
/** So many records may go on with the text of one. */
export const MOST_MORE = 6;
