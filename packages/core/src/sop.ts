import type { FlagValue } from "./degrade/config-source.js";
import { type Degradable, degradable } from "./degrade/degradable.js";
import type { FlagExplanation } from "./degrade/flags/explain.js";
import type { EvaluationContext, Flag, FlagDetails, Widened } from "./degrade/flags/flag.js";
import { makeFlags } from "./degrade/room.js";
import { Crashes } from "./degrade/rules/crashes.js";
import { noteAct } from "./degrade/rules/note-act.js";
import type { RuleStatus } from "./degrade/rules/rule.js";
import { RuleDesk } from "./degrade/rules/rule-desk.js";
import { Drain, type DrainHook, type DrainStage, type ServingState } from "./drain.js";
import { around } from "./faults/around.js";
import { FaultRoom } from "./faults/fault-room.js";
import type { Faults } from "./faults/faults.js";
import type { Incident, IncidentStepName } from "./incident/incident.js";
import { IncidentDesk } from "./incident/incident-desk.js";
import { Metrics, type MetricsSnapshot, type Signals } from "./metrics/metrics.js";
import { Fanout } from "./observe/fanout.js";
import type { Observer } from "./observe/observer.js";
import { readOptions, type SopOptions } from "./options/options.js";
import { type Fetch, makeFetch } from "./outgoing/fetch.js";
import { guardsOf } from "./outgoing/host-breakers.js";
import { type Outgoing, OutgoingDesk } from "./outgoing/outgoing.js";
import { Overload, type OverloadState } from "./overload/overload.js";
import type { CrashOrigin } from "./ports/host.js";
import { type Logger, safeLogger } from "./ports/logger.js";
import { type CrashPolicy, guardProcess } from "./process-guard.js";
import { Context } from "./request/context.js";
import { Emitter } from "./request/emitter.js";
import type { ContextEvents, ContextListener } from "./request/events.js";
import { InFlight, type RequestInFlight } from "./request/in-flight.js";
import type { Adapter, Lifecycle } from "./request/lifecycle.js";
import { named } from "./request/named.js";
import { recordPanic } from "./request/record-panic.js";
import { problem } from "./request/reply.js";
import type { RequestContext } from "./request/request-context.js";
import type { Rooms } from "./request/rooms.js";
import { makeSpine } from "./request/spine.js";
import { TimerWheel } from "./request/timer-wheel.js";
import type { CircuitBreaker } from "./resilience/breaker/breaker.js";
import type { BreakerOptions } from "./resilience/breaker/options.js";
import type { ComposedPolicy } from "./resilience/compose/composed-policy.js";
import { compose, type Substitute } from "./resilience/compose/policy.js";
import type { FleetState } from "./resilience/fleet/store.js";
import type { Policy } from "./resilience/policy.js";
import { makeResilience } from "./resilience/room.js";

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
  /** Requests in flight, the oldest first. */
  requests(): readonly RequestInFlight[];
  /** The open incident. */
  readonly incident: Incident | undefined;
  /** Opens an incident by hand, or joins the open one. */
  openIncident(kind?: string): Incident;
  /** Notes that a step of the open incident's loop was taken; each step once. */
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

/** Makes the fault response of a service. Throws `SOP_ERR_OPTION` that names every problem of the options. */
export function createSop(options: SopOptions = {}): Sop {
  const settings = readOptions(options);
  const { service, clock, ids, asyncContext, deadline, onCrash, host } = settings;
  const log = safeLogger(settings.logger, settings.fallbackLogger);
  const fanout = new Fanout(log);
  const inFlight = new InFlight();
  const metrics = new Metrics(clock, inFlight, settings, (metric) =>
    log.warn({ metric }, "more labels are counted under other"),
  );
  const drain = new Drain({ clock, log, fanout, inFlight }, settings.drain);
  const incidents = new IncidentDesk(clock, ids, fanout, settings.quiet, (trigger) => metrics.incident(trigger));
  const emitter = new Emitter(log, settings.tracer);
  const wheel = new TimerWheel(clock);
  const { breakers, fleet } = makeResilience(settings, { log, fanout, emitter });
  const outgoing = new OutgoingDesk(
    { clock, log, fanout, numbers: metrics.outgoing, called: (now) => metrics.called(now) },
    settings.outgoing.retryStorm,
  );
  const overload = settings.overload && new Overload(settings.overload, settings);
  const faults = FaultRoom.open({ ...settings, log, fanout }, settings.faults);
  const policies = [
    drain.policy,
    ...(faults ? [faults.policy] : []),
    ...(overload?.policies ?? []),
    ...settings.policies,
  ];
  const rooms: Rooms = {
    clock,
    ids,
    log,
    asyncContext,
    wheel,
    metrics,
    fanout,
    inFlight,
    incidents,
    emitter,
    policies,
    faults,
    deadline,
  };
  const owners = new WeakSet<object>();

  for (const observer of [...(overload?.observers ?? []), ...settings.observers]) fanout.add(observer);
  const { flags, stop: stopSources } = makeFlags(settings, { log, fanout, inFlight });

  const crashes = new Crashes(clock, log, settings.crashes);
  const rules = new RuleDesk(settings.rules, settings.maxActiveRules, {
    clock,
    log,
    fanout,
    flags,
    figures: {
      total: (into, route) => metrics.total(into, route),
      inFlight: () => inFlight.size,
      crashes: (window) => crashes.within(window),
    },
    breaker: (name) => breakers.find(name)?.state,
    acted: (change, detail) => noteAct(change, detail, incidents, crashes),
    acting: () => incidents.stay(),
  });

  const crashed = (error: unknown, origin: CrashOrigin, owner: RequestContext | undefined): CrashPolicy => {
    const context = owner as Context | undefined;
    crashes.add();
    fanout.emit("crashed", context, recordPanic(rooms, context, error, origin));
    if (context) context.owner.answer(context, problem("SOP_PANIC", context.id));
    return onCrash;
  };
  const owns = (context: RequestContext): boolean => context instanceof Context && owners.has(context.owner);
  const release = guardProcess({ owns, crashed, drain }, host, asyncContext);

  const sop: Sop = {
    service,
    log,
    get state() {
      return drain.state;
    },
    get incident() {
      return incidents.current;
    },
    get fleet() {
      return fleet?.state;
    },
    lifecycle(adapter) {
      const spine = makeSpine(adapter, rooms);
      owners.add(spine);
      return spine;
    },
    current: () => asyncContext.getStore(),
    middleware: (name, fn) => named(name, faults ? around(name, fn, faults, sop.current) : fn, sop.current),
    on: (event, listener) => emitter.on(event, listener),
    observe: (observer) => fanout.add(observer),
    flag: (name, fallback) => flags.handle(name, fallback),
    flags: () => flags.values(),
    evaluateFlags: (context) => flags.details(context),
    explain: (flag, context) => flags.explain(flag, context),
    degradable: (name, ways) =>
      degradable(flags.handle(name, true), ways, {
        clock,
        current: sop.current,
        degraded(context) {
          metrics.degraded(name);
          if (context instanceof Context) context.degradedBy(name);
        },
      }),
    breaker: (name, given) => breakers.get(name, given),
    breakers: () => breakers.all(),
    policy: (...policies) =>
      compose(policies as readonly Policy<unknown>[] as readonly Policy<Substitute<(typeof policies)[number]>>[], {
        warn: ({ kind, message }) => log.warn({ kind }, `policy: ${message}`),
        deadline: deadline.default ?? deadline.max,
      }),
    fetch: makeFetch(
      {
        ...settings,
        ...settings.outgoing,
        wheel,
        desk: outgoing,
        guardOf: guardsOf(settings.outgoing, breakers, log),
        current: () => sop.current(),
      },
      settings.outgoing,
    ),
    outgoing,
    faults,
    rules: () => rules.read(),
    overload: () => overload?.read(),
    metrics: () => metrics.snapshot(breakers.all().map((breaker) => breaker.metrics())),
    signals: () => metrics.signals(),
    requests: () => inFlight.read(),
    openIncident: (kind = "manual") => incidents.trigger(kind),
    markIncident: (step, detail, outcome = "ok") => incidents.mark(step, detail, outcome),
    drain: (reason = "drain") => drain.start(reason),
    onDrain: (hook, stage = "pools") => drain.onDrain(hook, stage),
    dispose() {
      release();
      fleet?.stop();
      stopSources();
      rules.stop();
      wheel.stop();
      incidents.close();
    },
  };
  return sop;
}

/** The given Sop, or one made of the given options. */
export function resolveSop(options: SopOptions | Sop | undefined): Sop {
  return options instanceof Object && "lifecycle" in options ? options : createSop(options);
}
