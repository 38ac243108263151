import { SopError } from "../errors.js";
import { INJECTED } from "../faults/answer.js";
import { isRefusal } from "../resilience/refused.js";
import { Context, type ContextOwner } from "./context.js";
import { type HeaderBag, header, parseEnvoyTimeout, parseGrpcTimeout } from "./headers.js";
import type { Adapter, Lifecycle } from "./lifecycle.js";
import { runOwned } from "./owner.js";
import { isClientError, isPolicyError } from "./panic.js";
import type { AdmissionPolicy } from "./policy.js";
import { dropPermits, isRefusalCode, reasonOf, replyOf, settlePermits } from "./policy-error.js";
import { recordPanic } from "./record-panic.js";
import { problem, type Reply } from "./reply.js";
import type { Rooms } from "./rooms.js";
import { NEVER } from "./timer-wheel.js";

/** The four verbs for one adapter, and what its contexts need. */
export interface Spine<X> extends Lifecycle<X>, ContextOwner {}

/** Binds the four verbs to the rooms that they touch. */
export function makeSpine<X>(adapter: Adapter<X>, rooms: Rooms): Spine<X> {
  const { clock, ids, log, asyncContext, wheel, metrics, fanout, inFlight, emitter, policies, deadline, faults } =
    rooms;

  const refuse = (context: Context, reply: Reply, reason: string): Reply => {
    context.phase = "refused";
    context.answer = reply;
    metrics.refused(reason);
    fanout.emit("refused", context, reply, reason);
    return reply;
  };

  const refuseBy = (context: Context, error: SopError): Reply => {
    if (isRefusalCode(error)) dropPermits(context, error);
    return refuse(context, replyOf(error, context), reasonOf(error));
  };

  const ask = (policy: AdmissionPolicy, context: Context): Reply | undefined => {
    try {
      return policy.admit(context);
    } catch (error) {
      emitter.reportOnce(policy, "a policy threw", error);
      return undefined;
    }
  };

  const run: Spine<X>["run"] = (context, fn, ...args) => runOwned(asyncContext, context, fn, args);

  const spine: Spine<X> = {
    clock,
    ids,
    log,

    open(head, exchange, clientIp) {
      const context = new Context(spine, exchange, head, clientIp, clock.monotonic());
      const limit = shortest(head.headers, deadline.default);
      if (limit < NEVER) {
        context.due = context.started + Math.min(limit, deadline.max);
        wheel.add(context, context.started);
      }
      inFlight.add(context);
      emitter.trace.follow(context);
      fanout.emit("opened", context);
      return context;
    },

    admit(given) {
      const context = given as Context;
      if (context.phase !== "opened") return undefined;
      emitter.trace.follow(context);
      for (const policy of policies) {
        const reply = ask(policy, context);
        if (reply) return refuse(context, reply, policy.name);
      }
      context.phase = "admitted";
      return emitter.beforeHandler(context);
    },

    guard(given, breaker) {
      const context = given as Context;
      if (context.phase !== "admitted" || context.answer) return undefined;
      const permit = breaker.tryAcquire();
      if (isRefusal(permit)) return refuseBy(context, permit);
      context.permits ??= [];
      context.permits.push(permit);
      return undefined;
    },

    fail(given, error, name) {
      const context = given as Context;
      if (!context.panic) {
        if (isClientError(error)) return undefined;
        emitter.trace.follow(context);
        if (isPolicyError(error)) return context.answer ?? refuseBy(context, error);
        recordPanic(rooms, context, error, "handler", name);
      }
      context.answer ??= problem("SOP_PANIC", context.id);
      return context.answer;
    },

    close(given, status, end) {
      const context = given as Context;
      if (context.phase === "closed") return;
      context.phase = "closed";
      wheel.remove(context);
      inFlight.remove(context);
      let ended = status;
      if (end === "aborted") {
        // An answer of ours that was cut is still what the request came to.
        ended = context.answer?.status ?? 499;
        if (!context.answer) {
          context.cancel(new SopError("SOP_CANCELED", "the client went away"));
          metrics.canceled("canceled");
        }
      }
      // In its context, so that a failure that a breaker keeps has its trace.
      if (context.permits) asyncContext.run(context, settlePermits, context.permits, context, ended);
      if (ended >= 500 && !context.panic && !context.cancelReason) emitter.trace.error(context, String(ended));
      const now = clock.monotonic();
      metrics.closed(now, context.method, context.route, ended, now - context.started);
      fanout.emit("closed", context, ended, now - context.started);
    },

    run: faults?.holding(run) ?? run,

    answer(context, reply) {
      if (context.phase === "closed") return;
      context.answer ??= reply;
      try {
        adapter.respond(context.exchange as X, context.answer);
      } catch (error) {
        emitter.reportOnce(adapter, "the adapter threw", error);
      }
    },

    inject(context, reply) {
      refuse(context, reply, INJECTED);
      spine.answer(context, reply);
    },

    routeOf(context) {
      try {
        return adapter.route(context.exchange as X);
      } catch (error) {
        emitter.reportOnce(adapter, "the adapter threw", error);
        return undefined;
      }
    },

    subscribed: (context, event) => emitter.subscribed(context, event),

    expired(context) {
      if (context.phase === "closed" || context.answer) return;
      const extension = emitter.timeoutExpired(context, context.started + deadline.max);
      if (extension > context.due) {
        context.due = extension;
        context.extended = true;
        wheel.add(context, clock.monotonic());
        return;
      }
      metrics.canceled("deadline_exceeded");
      context.cancel(new SopError("SOP_DEADLINE", "the deadline passed"));
      emitter.trace.error(context, "SOP_DEADLINE");
      fanout.emit("deadlineExpired", context);
      spine.answer(context, problem("SOP_DEADLINE", context.id));
    },
  };
  return spine;
}

function shortest(headers: HeaderBag, fallback = NEVER): number {
  const grpc = parseGrpcTimeout(header(headers, "grpc-timeout"));
  const envoy = parseEnvoyTimeout(header(headers, "x-envoy-expected-rq-timeout-ms"));
  return Math.min(grpc ?? NEVER, envoy ?? NEVER, fallback);
}
