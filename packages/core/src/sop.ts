import { degradable } from "./degrade/degradable.js";
import { makeFlags } from "./degrade/room.js";
import { Crashes } from "./degrade/rules/crashes.js";
import { noteAct } from "./degrade/rules/note-act.js";
import { RuleDesk } from "./degrade/rules/rule-desk.js";
import { Drain } from "./drain.js";
import { around } from "./faults/around.js";
import { FaultRoom } from "./faults/fault-room.js";
import { IncidentDesk } from "./incident/incident-desk.js";
import { Metrics } from "./metrics/metrics.js";
import { Fanout } from "./observe/fanout.js";
import { readOptions } from "./options/settings.js";
import type { SopOptions } from "./options/sop-options.js";
import { makeFetch } from "./outgoing/fetch.js";
import { guardsOf } from "./outgoing/host-breakers.js";
import { OutgoingDesk } from "./outgoing/outgoing.js";
import { Overload } from "./overload/overload.js";
import type { CrashOrigin } from "./ports/host.js";
import { safeLogger } from "./ports/logger.js";
import { type CrashPolicy, guardProcess } from "./process-guard.js";
import { Context } from "./request/context.js";
import { Emitter } from "./request/emitter.js";
import { InFlight } from "./request/in-flight.js";
import { named } from "./request/named.js";
import { recordPanic } from "./request/record-panic.js";
import { problem } from "./request/reply.js";
import type { RequestContext } from "./request/request-context.js";
import type { Rooms } from "./request/rooms.js";
import { makeSpine } from "./request/spine.js";
import { TimerWheel } from "./request/timer-wheel.js";
import { compose, type Substitute } from "./resilience/compose/policy.js";
import type { Policy } from "./resilience/policy.js";
import { makeResilience } from "./resilience/room.js";
import type { Sop } from "./sop-api.js";

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
  const { flags, sources, stop: stopSources } = makeFlags(settings, { log, fanout, inFlight });

  const crashes = new Crashes(clock, log, settings.crashes);
  const rules = new RuleDesk(settings.rules, settings.maxActiveRules, {
    clock,
    log,
    fanout,
    flags,
    figures: {
      bounds: metrics.bounds,
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
    knownFlags: () => flags.known(),
    overrideFlags: (values) => flags.apply("operator", { revision: "", flags: values }),
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
    metrics: () =>
      metrics.snapshot(
        breakers.all().map((breaker) => breaker.metrics()),
        sources(),
      ),
    signals: () => metrics.signals(),
    requests: (most) => inFlight.read(most),
    openIncident: (kind = "manual", opened) => incidents.trigger(kind, undefined, undefined, opened),
    stayIncident: () => incidents.stay(),
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
