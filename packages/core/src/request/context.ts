import type { SopError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import { type Logger, loggerOf } from "../ports/logger.js";
import type { Span } from "../ports/tracer.js";
import type { BreakerPermit } from "../resilience/breaker/permit.js";
import { configurations } from "./configuration.js";
import type { ContextEvents, ContextListener } from "./events.js";
import { fnv1a, type HeaderBag, header, parseRequestId, parseTraceId } from "./headers.js";
import type { Lifecycle, RequestHead } from "./lifecycle.js";
import type { Panic } from "./panic.js";
import type { Reply } from "./reply.js";
import type { RequestContext } from "./request-context.js";
import { captureStack } from "./stack.js";
import { NEVER, type WheelEntry } from "./timer-wheel.js";

/** The route's label while none is known. */
export const UNMATCHED = "unmatched";

const NOTHING: readonly string[] = [];

/** What a context needs of the lifecycle that made it. */
export interface ContextOwner extends Pick<Lifecycle<never>, "run" | "close"> {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  routeOf(context: Context): string | undefined;
  expired(context: Context): void;
  answer(context: Context, reply: Reply): void;
  /** Answers with the reply of an injected fault. */
  inject(context: Context, reply: Reply): void;
  subscribed(context: Context, event: keyof ContextEvents): void;
}

/** A listener and the place that added it. */
export interface Subscription {
  readonly event: keyof ContextEvents;
  readonly listener: ContextListener<never>;
  readonly stack: string;
}

/** How far a request has come. */
export type Phase = "opened" | "admitted" | "refused" | "closed";

/**
 * The context as the core keeps it. What most requests never ask for (ids, signal, log, baggage) is made when it is
 * first read, so that a request in flight stays well below 1 KiB.
 */
export class Context implements RequestContext, WheelEntry {
  readonly owner: ContextOwner;
  readonly exchange: unknown;
  readonly head: RequestHead;
  readonly method: string;
  readonly headers: HeaderBag;
  readonly clientIp: string | undefined;
  /** On the clock's monotonic time. */
  readonly started: number;
  /** How often configuration had been changed: what it decides is decided by that state. */
  readonly configuration: number = configurations;
  phase: Phase = "opened";
  /** The first failure; a request has at most one. */
  panic: Panic | undefined = undefined;
  /** The answer given instead of the handler's. */
  answer: Reply | undefined = undefined;
  /** Why `signal` is, or will be when first read, aborted. */
  cancelReason: SopError | undefined = undefined;
  extended = false;
  /** The name given by `sop.middleware` to what failed. */
  failedIn: string | undefined = undefined;
  subscriptions: Subscription[] | undefined = undefined;
  /** Of the breakers that guard the route: mostly one, more where a router or a controller has one too. */
  permits: BreakerPermit[] | undefined = undefined;
  /** The first span that was active in one of its verbs. */
  span: Span | undefined = undefined;
  /** Of the limit of requests in flight. */
  holdsPlace = false;
  next: Context | undefined = undefined;
  previous: Context | undefined = undefined;
  due = NEVER;
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelSlot = -1;
  #id: string | undefined = undefined;
  #traceId: string | undefined = undefined;
  #spanId: string | undefined = undefined;
  #route: string | undefined = undefined;
  #abort: AbortController | undefined = undefined;
  #log: Logger | undefined = undefined;
  #baggage: Map<string | symbol, unknown> | undefined = undefined;
  #degraded: readonly string[] = NOTHING;

  constructor(
    owner: ContextOwner,
    exchange: unknown,
    head: RequestHead,
    clientIp: string | undefined,
    started: number,
  ) {
    this.owner = owner;
    this.exchange = exchange;
    this.head = head;
    this.method = head.method ?? "GET";
    this.headers = head.headers;
    this.clientIp = clientIp;
    this.started = started;
  }

  get id(): string {
    this.#id ??= parseRequestId(header(this.headers, "x-request-id")) ?? this.owner.ids.requestId();
    return this.#id;
  }

  get traceId(): string {
    this.#traceId ??=
      this.span?.spanContext().traceId ?? parseTraceId(header(this.headers, "traceparent")) ?? this.owner.ids.traceId();
    return this.#traceId;
  }

  get spanId(): string {
    this.#spanId ??= this.span?.spanContext().spanId ?? this.owner.ids.spanId();
    return this.#spanId;
  }

  get isTraced(): boolean {
    if (this.span) return (this.span.spanContext().traceFlags & 1) === 1;
    const parent = header(this.headers, "traceparent");
    // The last digit of its flags is odd; that is looked at first, for it costs nothing.
    return parent !== undefined && "13579bdf".includes(parent[54] as string) && parent.includes(this.traceId);
  }

  get route(): string {
    this.#route ??= this.owner.routeOf(this);
    return this.#route ?? UNMATCHED;
  }

  get startedAt(): number {
    return Math.round(this.owner.clock.now() - (this.owner.clock.monotonic() - this.started));
  }

  get deadline(): number | undefined {
    return this.due < NEVER ? this.startedAt + Math.round(this.due - this.started) : undefined;
  }

  remaining(): number {
    return Math.max(0, this.due - this.owner.clock.monotonic());
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.cancelReason) this.#abort.abort(this.cancelReason);
    }
    return this.#abort.signal;
  }

  get log(): Logger {
    this.#log ??= enriched(this.owner.log, this);
    return this.#log;
  }

  get userAgentHash(): string | undefined {
    const agent = header(this.headers, "user-agent");
    return agent === undefined ? undefined : fnv1a(agent);
  }

  get degraded(): readonly string[] {
    return this.#degraded;
  }

  /** Notes that the fallback of `flag` answers. */
  degradedBy(flag: string): void {
    if (!this.#degraded.includes(flag)) this.#degraded = [...this.#degraded, flag];
  }

  set(key: string | symbol, value: unknown): void {
    this.#baggage ??= new Map();
    this.#baggage.set(key, value);
  }

  get(key: string | symbol): unknown {
    return this.#baggage?.get(key);
  }

  on<E extends keyof ContextEvents>(event: E, listener: ContextListener<E>): () => void {
    const subscription: Subscription = { event, listener, stack: captureStack() };
    this.subscriptions ??= [];
    this.subscriptions.push(subscription);
    this.owner.subscribed(this, event);
    return () => {
      this.subscriptions = this.subscriptions?.filter((s) => s !== subscription);
    };
  }

  cancel(reason: SopError): void {
    this.cancelReason ??= reason;
    this.#abort?.abort(this.cancelReason);
  }

  expire(): void {
    this.owner.expired(this);
  }
}

/** Adds what every line of a request carries, and what was degraded in it so far. */
function enriched(target: Logger, context: RequestContext): Logger {
  // The route may become known after the logger was first read, so the fields are made line by line.
  return loggerOf((level, fields, message) =>
    target[level](
      {
        request_id: context.id,
        trace_id: context.traceId,
        span_id: context.spanId,
        client_ip: context.clientIp,
        user_agent_hash: context.userAgentHash,
        route: context.route,
        ...(context.degraded.length > 0 && { degraded: context.degraded }),
        ...fields,
      },
      message,
    ),
  );
}
