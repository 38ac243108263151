import type { FlagValue } from "./degrade/config-source.js";
import type { Degradable } from "./degrade/degradable.js";
import type { FlagExplanation } from "./degrade/flags/explain.js";
import type { EvaluationContext, Flag, FlagDetails, KnownFlag, Widened } from "./degrade/flags/flag.js";
import type { RuleStatus } from "./degrade/rules/rule.js";
import type { DrainHook, DrainStage, ServingState } from "./drain.js";
import type { Faults } from "./faults/faults.js";
import type { Incident, IncidentStepName, OpenedIncident } from "./incident/incident.js";
import type { MetricsSnapshot, Signals } from "./metrics/metrics.js";
import type { Observer } from "./observe/observer.js";
import type { Fetch } from "./outgoing/fetch.js";
import type { Outgoing } from "./outgoing/outgoing.js";
import type { OverloadState } from "./overload/overload.js";
import type { Logger } from "./ports/logger.js";
import type { ContextEvents, ContextListener } from "./request/events.js";
import type { RequestInFlight } from "./request/in-flight.js";
import type { Adapter, Lifecycle } from "./request/lifecycle.js";
import type { RequestContext } from "./request/request-context.js";
import type { CircuitBreaker } from "./resilience/breaker/breaker.js";
import type { BreakerOptions } from "./resilience/breaker/options.js";
import type { ComposedPolicy } from "./resilience/compose/composed-policy.js";
import type { Substitute } from "./resilience/compose/policy.js";
import type { FleetState } from "./resilience/fleet/store.js";
import type { Policy } from "./resilience/policy.js";

// biome-ignore lint/suspicious/noExplicitAny: the wrapped function's own parameters are kept.
type AnyFunction = (...args: any[]) => unknown;

/** The fault response of one service. */
export interface Sop {
  /** The service's name. */
  readonly service: string;
  /** Whether it takes requests. */
  readonly state: ServingState;
  /** The user's logger, guarded: it never throws. */
  readonly log: Logger;
  /** The four verbs, for one framework. */
  lifecycle<X>(adapter: Adapter<X>): Lifecycle<X>;
  /** The request that the running code belongs to. */
  current(): RequestContext | undefined;
  /** Gives a middleware a name: what it throws is counted under it. Keeps the function's type and length. */
  middleware<F extends AnyFunction>(name: string, fn: F): F;
  /** Listens to an event of every request. Returns a function that stops it. */
  on<E extends keyof ContextEvents>(event: E, listener: ContextListener<E>): () => void;
  /** Adds an observer. Returns a function that takes it away. */
  observe(observer: Observer): () => void;
  /** The handle of a flag and its default in code; of a plain flag `handle.value` is a plain read. */
  flag<T extends FlagValue>(name: string, fallback: T): Flag<Widened<T>>;
  /** The values, outside of requests, of all flags that a layer has. */
  flags(): Readonly<Record<string, FlagValue>>;
  /** The value of each flag that a layer has and why, for a context above that of the running request. */
  evaluateFlags(context?: EvaluationContext): Readonly<Record<string, FlagDetails<FlagValue | undefined>>>;
  /** The flags that a layer has or the code asks for. */
  knownFlags(): readonly KnownFlag[];
  /**
   * An operator's word: puts these values above all layers, those of rules too, in the place of the earlier ones. What is of another
   * type than the flag decides nothing.
   */
  overrideFlags(values: Readonly<Record<string, FlagValue>>): void;
  /** Which layer decides a flag, and each step of its rule. It costs a compilation: for people, not for requests. */
  explain(flag: string, context?: EvaluationContext): FlagExplanation;
  /**
   * A function that is `primary` while the boolean flag `name` is true (its default), else what `fallback` says; without one it fails
   * with `SOP_DEGRADED`. Throws `SOP_ERR_OPTION` for options of a cache that are wrong.
   */
  degradable<F extends AnyFunction>(name: string, ways: Degradable<F>): F;
  /**
   * The one circuit breaker of that name, made when first asked for: of `options`, else of those that `breakers` has for it. Throws
   * `SOP_ERR_OPTION` for options that are wrong, and `SOP_ERR_LIMIT` where there are `maxBreakers` already.
   */
  breaker(name: string, options?: BreakerOptions): CircuitBreaker;
  /** All circuit breakers, in the order in which they were made. */
  breakers(): readonly CircuitBreaker[];
  /**
   * As `policy`, for calls that requests make: an order that is known to hurt is told in the log, among it a timeout that is longer
   * than a request may take.
   */
  policy<const P extends readonly Policy<unknown>[]>(...policies: P): ComposedPolicy<Substitute<P[number]>>;
  /** How this instance stands to its fleet; `undefined` without one. */
  readonly fleet: FleetState | undefined;
  /**
   * The web's `fetch`, for calls to other services. Within a request it hands on what is left of the deadline
   * (`x-envoy-expected-rq-timeout-ms`), `traceparent` and `x-request-id`, each unless the caller set it, and is aborted with the request:
   * it then rejects with `SOP_DEADLINE` or `SOP_CANCELED`, as with the reason of a signal that was given. What neither bounds ends by
   * `SOP_DEADLINE` after `outgoing.timeout`. An answer of any status is returned as it is. Rejects with `SOP_OVERLOAD` where a retry
   * is refused.
   */
  readonly fetch: Fetch;
  /** Where calls that do not go through `fetch` are noted, for those who watch other clients. */
  readonly outgoing: Outgoing;
  /** The faults that are injected; `undefined` without the option `faults`, and in production where it was not asked for twice. */
  readonly faults: Faults | undefined;
  /** How each rule stands, in the order of the options. */
  rules(): readonly RuleStatus[];
  /** How near the service is to refusing requests; `undefined` without the option `overload`. */
  overload(): OverloadState | undefined;
  /** All numbers since the start. */
  metrics(): MetricsSnapshot;
  /** The golden signals of the last window. */
  signals(): Signals;
  /** Requests in flight, the oldest first; the `most` oldest where there are more. Default: all. */
  requests(most?: number): readonly RequestInFlight[];
  /** The open incident. */
  readonly incident: Incident | undefined;
  /** Opens an incident by hand, or joins the open one. `opened`: one that another thread has opened already, which gets its id and its time. */
  openIncident(kind?: string, opened?: OpenedIncident): Incident;
  /** The signals are not normal yet: the open incident is closed no sooner than `incidents.quiet` from now. */
  stayIncident(): void;
  /** Notes that a step of the open incident's loop was taken, each once; or an alert about it, each `detail` once. */
  markIncident(step: IncidentStepName, detail: string, outcome?: "ok" | "failed"): void;
  /**
   * Leaves `serving`, and after `drain.wait` takes nothing new, waits for what is in flight, then for the hooks; at most
   * `drain.limit` in all.
   */
  drain(reason?: string): Promise<void>;
  /**
   * Adds a hook that a drain calls, by default when nothing is in flight any more (`pools`). Returns a function that takes it
   * away.
   */
  onDrain(hook: DrainHook, stage?: DrainStage): () => void;
  /** Lets go of the process and of all sources. Requests in flight end as usual. */
  dispose(): void;
}
