import type { Frame } from "../request/stack.js";

interface AboutCall {
  /** Host and port of the address; nothing else of it is ever told. */
  readonly host: string;
  /** Through what it was made: `node:http` and `node:https`, or undici and so the global `fetch`. */
  readonly client: "http" | "undici";
  /**
   * The topmost frame of the application on the call's stack; where a library made it later, in a turn of its own, the library's.
   * `undefined` where the stack was not captured.
   */
  readonly site: Frame | undefined;
  /** The route of the request that it was made for. */
  readonly route: string | undefined;
  /** Milliseconds since the call was made. */
  readonly age: number;
}

/** A call that may wait for ever. */
export interface UnboundedCall extends AboutCall {
  readonly kind: "unbounded_call";
  /**
   * What showed it. `no_timeout`: the application made it without one. `long_wait`: it waited longer than any call should, and no
   * timeout is to be seen. `outlived_request`: it still waited when the request it was made for had ended.
   */
  readonly seen: "no_timeout" | "long_wait" | "outlived_request";
}

/** An answer whose body is neither read nor cancelled: it keeps its connection. */
export interface UnconsumedBody extends AboutCall {
  readonly kind: "unconsumed_body";
}

/** Calls to a host are mostly retries. */
export interface RetryStorm {
  readonly kind: "retry_storm";
  readonly host: string;
  /** How often a call is made on average: calls for each that is no retry. */
  readonly ratio: number;
  /** Calls of the window so far, retries among them. */
  readonly calls: number;
  readonly retries: number;
}

/** What is wrong with how other services are called. */
export type OutgoingFinding = UnboundedCall | UnconsumedBody | RetryStorm;
