import type { OutgoingCall } from "@sop/core";
import type { CallSite } from "./call-site.js";

/** A call on its way, as its client shows it. */
export interface ClientCall {
  readonly client: "http" | "undici";
  /** Host and port of the address. */
  readonly host: string;
  /** Method and address. */
  readonly key: string;
  /** Whether a timeout, or a signal, is to be seen. */
  isBounded(site: CallSite | undefined): boolean;
  /** Whether whatever bounds a call that the application itself makes would be seen. */
  readonly showsBounds: boolean;
  /** Whether nothing more can come. */
  isOver(): boolean;
  /** Whether bytes of the body wait for a reader. */
  isUnread(): boolean;
  /** Milliseconds of silence after which its client gives it up; 0 where that is not to be seen. */
  readonly timeout: number;
  /** Whether its client has not begun to send it, for want of a connection. */
  isQueued(): boolean;
}

/** The request that a call is made for, as long as one of its calls is watched. */
export interface Owner {
  /** When it ended; `Infinity` before. */
  endedAt: number;
  /** Keys of its calls that failed: the same one again is a retry. At most 100. */
  failed: Set<string> | undefined;
}

/** A call that is watched. */
export interface LiveCall extends OutgoingCall {
  readonly view: ClientCall;
  /** Made by `sop.fetch`, which measures and bounds it. */
  readonly isOurs: boolean;
  readonly startedAt: number;
  readonly site: CallSite | undefined;
  readonly owner: Owner | undefined;
  /** Whether it repeats one of the same request that failed. */
  readonly isRetry: boolean;
  phase: "waiting" | "told" | "answered" | "over";
  /** Since when the body waits for a reader. */
  unreadSince: number | undefined;
}
