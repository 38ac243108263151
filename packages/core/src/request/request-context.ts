import type { Logger } from "../ports/logger.js";
import type { ContextEvents, ContextListener } from "./events.js";

/**
 * Typed baggage of a request. Declare your own keys by augmenting this interface:
 * `declare module "@sop/core" { interface Baggage { tenant: string } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it exists to be augmented.
export interface Baggage {}

/** What is known of one request, from its first moment to its end. */
export interface RequestContext {
  /** `x-request-id` where it is valid (1 to 128 of `[A-Za-z0-9._:-]`), else a new one. */
  readonly id: string;
  /** W3C trace id, 32 hex digits: the active span's, else the caller's, else a new one. */
  readonly traceId: string;
  /** W3C span id, 16 hex digits: the active span's, else this request's own. */
  readonly spanId: string;
  /** Whether its trace is recorded, as far as is known: the active span, else the caller's `traceparent`, says that it is sampled. */
  readonly isTraced: boolean;
  /** The route's template (`/orders/:id`), never the raw path; `unmatched` while no route is known. */
  readonly route: string;
  /** The HTTP method in upper case. */
  readonly method: string;
  /** When the request was opened, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When the request must be answered, in milliseconds since 1970; `undefined` without a deadline. */
  readonly deadline: number | undefined;
  /** Milliseconds left until the deadline, never below 0; `Infinity` without a deadline. */
  remaining(): number;
  /** Aborted when the client leaves (`SOP_CANCELED`) or the deadline passes (`SOP_DEADLINE`). Made when first read. */
  readonly signal: AbortSignal;
  /** The logger, with `request_id, trace_id, span_id, client_ip, user_agent_hash, route` on each line, and `degraded`. */
  readonly log: Logger;
  /** The peer's address, as the adapter gave it. */
  readonly clientIp: string | undefined;
  /** FNV-1a of the user agent, 8 hex digits: tells clients apart in logs without keeping the text. */
  readonly userAgentHash: string | undefined;
  /** What the adapter opened the request with: Node's response, or the framework's own context. */
  readonly exchange: unknown;
  /** Names of the flags whose fallback answered in this request. */
  readonly degraded: readonly string[];
  /** Keeps a value with the request. */
  set<K extends keyof Baggage>(key: K, value: Baggage[K]): void;
  set(key: string | symbol, value: unknown): void;
  /** A value kept with the request. */
  get<K extends keyof Baggage>(key: K): Baggage[K] | undefined;
  get(key: string | symbol): unknown;
  /** Listens to an event of this request. Returns a function that stops it. */
  on<E extends keyof ContextEvents>(event: E, listener: ContextListener<E>): () => void;
}
