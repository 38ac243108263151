import { SopError } from "../errors.js";
import type { IncidentDesk } from "../incident/incident-desk.js";
import type { Metrics } from "../metrics/metrics.js";
import type { Fanout } from "../observe/fanout.js";
import type { AsyncContext } from "../ports/async-context.js";
import type { Clock } from "../ports/clock.js";
import type { CrashOrigin } from "../ports/host.js";
import type { Ids } from "../ports/ids.js";
import type { Logger } from "../ports/logger.js";
import { Context, type ContextOwner } from "./context.js";
import type { Emitter } from "./emitter.js";
import type { ContextEvents } from "./events.js";
import { type HeaderBag, header, parseEnvoyTimeout, parseGrpcTimeout } from "./headers.js";
import type { InFlight } from "./in-flight.js";
import type { Adapter, Lifecycle, RequestEnd, RequestHead } from "./lifecycle.js";
import { clientErrorStatus, describeError, type Panic } from "./panic.js";
import type { AdmissionPolicy } from "./policy.js";
import { problem, type Reply } from "./reply.js";
import type { RequestContext } from "./request-context.js";
import { entryName } from "./stack.js";
import type { TimerWheel } from "./timer-wheel.js";

/** Everything the four verbs touch; one a {@link Sop}. */
export interface Rooms {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly asyncContext: AsyncContext;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly fanout: Fanout;
  readonly incidents: IncidentDesk;
  readonly inFlight: InFlight;
  readonly emitter: Emitter;
  readonly policies: readonly AdmissionPolicy[];
  readonly deadline: { readonly default: number | undefined; readonly max: number };
}

/** The four verbs for one adapter. */
export class Spine<X> implements Lifecycle<X>, ContextOwner {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly #adapter: Adapter<X>;
  readonly #rooms: Rooms;

  constructor(adapter: Adapter<X>, rooms: Rooms) {
    this.#adapter = adapter;
    this.#rooms = rooms;
    this.clock = rooms.clock;
    this.ids = rooms.ids;
    this.log = rooms.log;
  }

  open(head: RequestHead, exchange: X, clientIp?: string): RequestContext {
    const { wheel, inFlight, fanout, deadline } = this.#rooms;
    const context = new Context(this, exchange, head.method ?? "GET", head.headers, clientIp, this.clock.monotonic());
    const limit = shortest(head.headers, deadline.default);
    if (limit !== undefined) {
      context.due = context.started + Math.min(limit, deadline.max);
      wheel.add(context);
    }
    inFlight.add(context);
    fanout.emit("opened", context);
    return context;
  }

  admit(given: RequestContext): Reply | undefined {
    const context = given as Context;
    if (context.phase !== "opened") return undefined;
    for (const policy of this.#rooms.policies) {
      const reply = this.#ask(policy, context);
      if (reply !== undefined) return this.#refuse(context, reply, policy.name);
    }
    context.phase = "admitted";
    return this.#rooms.emitter.beforeHandler(context);
  }

  fail(given: RequestContext, error: unknown, name?: string): Reply | undefined {
    const context = given as Context;
    if (context.panic === undefined) {
      if (clientErrorStatus(error) !== undefined) return undefined;
      this.panic(context, error, "handler", name);
    }
    context.answer ??= problem("SOP_PANIC", context.id);
    return context.answer;
  }

  close(given: RequestContext, status: number, end: RequestEnd): void {
    const context = given as Context;
    if (context.phase === "closed") return;
    const { wheel, inFlight, metrics, fanout } = this.#rooms;
    context.phase = "closed";
    wheel.remove(context);
    inFlight.remove(context);
    const left = end === "aborted" && context.answer === undefined;
    if (left) {
      context.cancel(new SopError("SOP_CANCELED"));
      metrics.canceled("canceled");
    }
    const now = this.clock.monotonic();
    const ended = left ? 499 : status;
    metrics.closed(now, context.method, context.route, ended, now - context.started);
    fanout.emit("closed", context, ended, now - context.started);
  }

  run<A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R {
    return this.#rooms.asyncContext.run(context, fn, ...args);
  }

  /**
   * Records a failure of `context`. A request has one panic, whatever fails in it afterwards; an error that nobody
   * caught joins the incident all the same.
   */
  panic(context: Context, error: unknown, origin: "handler" | CrashOrigin, name?: string): Panic {
    const { metrics, fanout, incidents, emitter } = this.#rooms;
    const described = describeError(error);
    const failed = context.failedIn ?? name ?? entryName(described.stack) ?? context.route;
    const panic: Panic = { at: this.clock.now(), name: failed, origin, error, ...described };
    const { route, method, id: requestId } = context;
    const kind = origin === "handler" ? "panic" : origin;
    const incident = incidents.trigger({ kind, at: panic.at, panic, requestId, route, method });
    const { type, message, stack } = panic;
    context.log.error({ middleware: failed, origin, err: { type, message, stack }, incident: incident.id }, "panic");
    if (context.panic !== undefined) return panic;
    context.panic = panic;
    if (origin === "handler") incidents.mark("contained", `${method} ${route} was answered with SOP_PANIC; all else goes on`);
    metrics.panicked(failed);
    emitter.afterPanic(context, panic);
    fanout.emit("panicked", context, panic);
    return panic;
  }

  /** Answers in the handler's place, unless an answer was already given. */
  answer(context: Context, reply: Reply): void {
    if (context.phase === "closed") return;
    context.answer ??= reply;
    try {
      this.#adapter.respond(context.exchange as X, context.answer);
    } catch (error) {
      this.log.error({ adapter: this.#adapter.name, err: describeError(error) }, "the adapter could not answer");
    }
  }

  routeOf(context: Context): string | undefined {
    return this.#adapter.route(context.exchange as X);
  }

  subscribed(context: Context, event: keyof ContextEvents): void {
    this.#rooms.emitter.subscribed(context, event);
  }

  expired(context: Context): void {
    if (context.phase === "closed" || context.answer !== undefined) return;
    const { wheel, metrics, fanout, emitter, deadline } = this.#rooms;
    const extension = emitter.timeoutExpired(context, context.started + deadline.max);
    if (extension > context.due) {
      context.due = extension;
      context.extended = true;
      wheel.add(context);
      return;
    }
    metrics.canceled("deadline_exceeded");
    context.cancel(new SopError("SOP_DEADLINE"));
    fanout.emit("deadlineExpired", context);
    this.answer(context, problem("SOP_DEADLINE", context.id));
  }

  #ask(policy: AdmissionPolicy, context: Context): Reply | undefined {
    try {
      return policy.admit(context);
    } catch (error) {
      this.#rooms.emitter.reportOnce(policy, "a policy threw; the request was admitted", error);
      return undefined;
    }
  }

  #refuse(context: Context, reply: Reply, reason: string): Reply {
    context.phase = "refused";
    context.answer = reply;
    this.#rooms.metrics.refused(reason);
    this.#rooms.fanout.emit("refused", context, reply, reason);
    return reply;
  }
}

function shortest(headers: HeaderBag, fallback: number | undefined): number | undefined {
  const grpc = parseGrpcTimeout(header(headers, "grpc-timeout"));
  const envoy = parseEnvoyTimeout(header(headers, "x-envoy-expected-rq-timeout-ms"));
  if (grpc === undefined && envoy === undefined) return fallback;
  return Math.min(grpc ?? Number.POSITIVE_INFINITY, envoy ?? Number.POSITIVE_INFINITY, fallback ?? Number.POSITIVE_INFINITY);
}
