import { Drain, type DrainHook, type ServingState } from "./drain.js";
import { degradable, type Degradable } from "./degrade/degradable.js";
import type { FlagValue } from "./degrade/config-source.js";
import { type Flag, FlagStore, type Widened } from "./degrade/flags.js";
import { followSource } from "./degrade/supervise.js";
import type { Incident, IncidentStepName, IncidentTrigger } from "./incident/incident.js";
import { IncidentDesk } from "./incident/incident-desk.js";
import { Metrics, type MetricsSnapshot, type Signals } from "./metrics/metrics.js";
import { Fanout } from "./observe/fanout.js";
import type { Observer } from "./observe/observer.js";
import { readOptions, type SopOptions } from "./options/options.js";
import type { CrashOrigin } from "./ports/host.js";
import { type Logger, SafeLogger } from "./ports/logger.js";
import { type CrashPolicy, guardProcess } from "./process-guard.js";
import { Context } from "./request/context.js";
import { Emitter } from "./request/emitter.js";
import type { ContextEvents, ContextListener } from "./request/events.js";
import { InFlight, type RequestInFlight } from "./request/in-flight.js";
import type { Adapter, Lifecycle } from "./request/lifecycle.js";
import { named } from "./request/named.js";
import { describeError, type Panic } from "./request/panic.js";
import { problem } from "./request/reply.js";
import type { RequestContext } from "./request/request-context.js";
import { type Rooms, Spine } from "./request/spine.js";
import { TimerWheel } from "./request/timer-wheel.js";

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
  /** A handle to a flag; reading `handle.value` is one property read. */
  flag<T extends FlagValue>(name: string, fallback: T): Flag<Widened<T>>;
  /** The values of all flags that a layer has. */
  flags(): Readonly<Record<string, FlagValue>>;
  /** A function that is `primary` while the boolean flag `name` is true (its default), else `fallback`. */
  degradable<F extends AnyFunction>(name: string, ways: Degradable<F>): F;
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
  /** Takes nothing new, waits for what is in flight, then for the hooks; at most `drain.limit`. */
  drain(reason?: string): Promise<void>;
  /** Adds a hook that a drain calls when nothing is in flight any more. Returns a function that takes it away. */
  onDrain(hook: DrainHook): () => void;
  /** Lets go of the process and of all sources. Requests in flight end as usual. */
  dispose(): void;
}

/** Makes the fault response of a service. Throws `SOP_ERR_OPTION` that names every problem of the options. */
export function createSop(options: SopOptions = {}): Sop {
  return new SopRoot(options);
}

/** The given Sop, or one made of the given options. */
export function resolveSop(options: SopOptions | Sop | undefined): Sop {
  return options instanceof Object && "lifecycle" in options ? options : createSop(options);
}

class SopRoot implements Sop {
  readonly service: string;
  readonly log: Logger;
  readonly #rooms: Rooms;
  readonly #flags: FlagStore;
  readonly #drain: Drain;
  readonly #onCrash: CrashPolicy;
  readonly #spines = new WeakSet<object>();
  readonly #sources = new AbortController();
  readonly #release: () => void;

  constructor(options: SopOptions) {
    const settings = readOptions(options);
    const { clock, ids, asyncContext, deadline } = settings;
    const log = new SafeLogger(settings.logger, settings.fallbackLogger);
    const fanout = new Fanout(log);
    const inFlight = new InFlight();
    const metrics = new Metrics(clock, inFlight, settings, (metric) =>
      log.warn({ metric }, "a bound on labels was reached; more are counted under other"),
    );
    const counted = (trigger: string): void => metrics.incident(trigger);
    this.service = settings.service;
    this.log = log;
    this.#onCrash = settings.onCrash;
    this.#drain = new Drain({ clock, log, fanout, inFlight }, settings.drainLimit, (context) =>
      (context.owner as Spine<unknown>).answer(context, problem("SOP_DRAINING", context.id)),
    );
    this.#rooms = {
      clock,
      ids,
      log,
      asyncContext,
      wheel: new TimerWheel(clock),
      metrics,
      fanout,
      inFlight,
      incidents: new IncidentDesk(clock, ids, fanout, settings.quiet, counted),
      emitter: new Emitter(log, settings.tracer),
      policies: [this.#drain.policy, ...settings.policies],
      deadline,
    };
    for (const observer of settings.observers) fanout.add(observer);
    this.#flags = new FlagStore(
      (change) => fanout.emit("flagChanged", change),
      (flag, source, expected, got) =>
        log.warn({ flag, source, expected, got }, `flag ${flag}: ${source} has a ${got}, the code expects a ${expected}; ignored`),
    );
    this.#flags.apply("code", settings.flags);
    for (const source of settings.sources) {
      this.#flags.apply(source.name, {});
      void followSource(source, this.#flags, log, (change) => fanout.emit("sourceChanged", change), this.#sources.signal);
    }
    this.#release = guardProcess(
      { owns: (context) => this.#owns(context), crashed: (...crash) => this.#crashed(...crash) },
      settings.host,
      asyncContext,
    );
  }

  get state(): ServingState {
    return this.#drain.state;
  }

  get incident(): Incident | undefined {
    return this.#rooms.incidents.current;
  }

  lifecycle<X>(adapter: Adapter<X>): Lifecycle<X> {
    const spine = new Spine(adapter, this.#rooms);
    this.#spines.add(spine);
    return spine;
  }

  current(): RequestContext | undefined {
    return this.#rooms.asyncContext.getStore();
  }

  middleware<F extends AnyFunction>(name: string, fn: F): F {
    return named(name, fn, () => this.current());
  }

  on<E extends keyof ContextEvents>(event: E, listener: ContextListener<E>): () => void {
    return this.#rooms.emitter.on(event, listener);
  }

  observe(observer: Observer): () => void {
    return this.#rooms.fanout.add(observer);
  }

  flag<T extends FlagValue>(name: string, fallback: T): Flag<Widened<T>> {
    return this.#flags.handle(name, fallback);
  }

  flags(): Readonly<Record<string, FlagValue>> {
    return this.#flags.values();
  }

  degradable<F extends AnyFunction>(name: string, ways: Degradable<F>): F {
    return degradable(this.flag(name, true), ways, () => {
      const context = this.current();
      if (context instanceof Context) context.degradedBy(name);
    });
  }

  metrics(): MetricsSnapshot {
    return this.#rooms.metrics.snapshot();
  }

  signals(): Signals {
    return this.#rooms.metrics.signals();
  }

  requests(): readonly RequestInFlight[] {
    return this.#rooms.inFlight.read();
  }

  openIncident(kind = "manual"): Incident {
    return this.#trigger(kind, undefined);
  }

  markIncident(step: IncidentStepName, detail: string, outcome: "ok" | "failed" = "ok"): void {
    this.#rooms.incidents.mark(step, detail, outcome);
  }

  drain(reason = "drain"): Promise<void> {
    return this.#drain.start(reason);
  }

  onDrain(hook: DrainHook): () => void {
    return this.#drain.onDrain(hook);
  }

  dispose(): void {
    this.#release();
    this.#sources.abort();
    this.#rooms.wheel.stop();
    this.#rooms.incidents.close();
  }

  #owns(context: RequestContext): boolean {
    return context instanceof Context && this.#spines.has(context.owner);
  }

  #trigger(kind: string, panic: Panic | undefined): Incident {
    const trigger: IncidentTrigger = {
      kind,
      at: panic?.at ?? this.#rooms.clock.now(),
      panic,
      requestId: undefined,
      route: undefined,
      method: undefined,
    };
    return this.#rooms.incidents.trigger(trigger);
  }

  #crashed(error: unknown, origin: CrashOrigin, owner: RequestContext | undefined): Promise<void> | undefined {
    const { incidents, fanout, metrics, clock } = this.#rooms;
    const context = owner as Context | undefined;
    if (context === undefined) {
      const panic: Panic = { at: clock.now(), name: "process", origin, error, ...describeError(error) };
      const { name, type, message, stack } = panic;
      const incident = this.#trigger(origin, panic);
      metrics.panicked(name);
      this.log.error({ middleware: name, origin, err: { type, message, stack }, incident: incident.id }, "panic");
      fanout.emit("panicked", undefined, panic);
      fanout.emit("crashed", undefined, panic);
    } else {
      const spine = context.owner as Spine<unknown>;
      fanout.emit("crashed", context, spine.panic(context, error, origin));
      spine.answer(context, problem("SOP_PANIC", context.id));
    }
    incidents.mark("contained", containment(context));
    if (this.#onCrash === "continue") return undefined;
    return this.#onCrash === "exit" ? Promise.resolve() : this.drain(origin);
  }
}

function containment(context: Context | undefined): string {
  if (context === undefined) return "the error belongs to no request; all requests in flight go on";
  return `${context.method} ${context.route} owns the error and was answered; all other requests go on`;
}
