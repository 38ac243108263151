import { AsyncLocalStorage } from "node:async_hooks";
import { type BreakerChange, problem, type RefusedError, type RequestContext } from "@sop/core";
import { describe, expect, test } from "vitest";
import { type Bench, bench } from "../support/fake.ts";
import { boom, fail, outcome, succeed } from "./support.ts";

const one = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: 2_500 } as const;

/** A request up to its handler, with the breaker of its route. */
function enter({ sop, life, open }: Bench): { context: RequestContext; refusal: ReturnType<typeof life.guard> } {
  const context = open();
  life.admit(context);
  return { context, refusal: life.guard(context, sop.breaker("route", one)) };
}

describe("a route that is guarded by a breaker", () => {
  test("is refused while the breaker is open, with the seconds to wait", () => {
    const b = bench();
    const { context } = enter(b);
    b.life.fail(context, boom);
    b.life.close(context, 503, "finished");
    const next = enter(b);
    expect(next.refusal).toMatchObject({ status: 503, headers: { "retry-after": "3" } });
    expect(JSON.parse(next.refusal?.body ?? "")).toMatchObject({
      code: "SOP_BREAKER_OPEN",
      requestId: next.context.id,
    });
    expect(b.sop.metrics().refused).toEqual({ breaker_open: 1 });
  });

  test("counts an answer of 500 or more as a failure, and one below as a success", () => {
    const b = bench();
    for (const status of [200, 404]) b.life.close(enter(b).context, status, "finished");
    expect(b.sop.breaker("route").metrics()).toMatchObject({ state: "closed", calls: { successful: 2, failed: 0 } });
    b.life.close(enter(b).context, 502, "finished");
    expect(b.sop.breaker("route").state).toBe("open");
  });

  test("counts a deadline that passed as a failure", () => {
    const b = bench({ deadline: { default: 100 } });
    const { context } = enter(b);
    b.clock.advance(110);
    b.life.close(context, 504, "finished");
    expect(b.sop.breaker("route").failures()).toMatchObject([{ message: "the deadline passed" }]);
  });

  test("does not count a client that left", () => {
    const b = bench();
    b.life.close(enter(b).context, 200, "aborted");
    expect(b.sop.breaker("route").metrics()).toMatchObject({ state: "closed", calls: { ignored: 1, failed: 0 } });
  });

  test("that was refused or answered already takes no permit", () => {
    const b = bench({ policies: [{ name: "no", admit: ({ id }) => problem("SOP_OVERLOAD", id) }] });
    const { context } = enter(b);
    b.life.close(context, 503, "finished");
    expect(b.sop.breaker("route").metrics().calls).toMatchObject({ successful: 0, failed: 0 });
  });
});

describe("a handler that lets the refusal of a dependency's breaker through", () => {
  const refusal = async (b: Bench): Promise<RefusedError> => {
    const breaker = b.sop.breaker("redis", one);
    await outcome(breaker.execute(fail));
    return breaker.execute(succeed).then(
      () => expect.unreachable(),
      (error: RefusedError) => error,
    );
  };

  test("has not failed: it is answered by the refusal's code, counted as refused, and no panic", async () => {
    const b = bench();
    const context = b.open();
    b.life.admit(context);
    const reply = b.life.fail(context, await refusal(b));
    expect(reply).toMatchObject({ status: 503, headers: { "retry-after": "3" } });
    expect(JSON.parse(reply?.body ?? "")).toMatchObject({ code: "SOP_BREAKER_OPEN" });
    expect(b.sop.metrics()).toMatchObject({ refused: { breaker_open: 1 }, panics: {} });
    expect([b.sop.incident, b.life.fail(context, await refusal(b))]).toEqual([undefined, reply]);
  });
});

describe("a breaker of a Sop", () => {
  test("keeps the trace of the request that made a failed call", async () => {
    const { sop, life, open } = bench({ ports: { asyncContext: new AsyncLocalStorage<RequestContext>() } });
    const context = open({ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" });
    await life.run(context, () => outcome(sop.breaker("redis").execute(fail)));
    await outcome(sop.breaker("redis").execute(fail));
    expect(sop.breaker("redis").failures()).toMatchObject([
      { message: "boom", traceId: undefined },
      { message: "boom", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" },
    ]);
  });

  test("tells observers and the log of a change", async () => {
    const changes: BreakerChange[] = [];
    const b = bench({ observers: [{ breakerChanged: (change) => void changes.push(change) }] });
    await outcome(b.sop.breaker("redis", one).execute(fail));
    expect(changes).toMatchObject([{ breaker: "redis", previous: "closed", state: "open", retryAfter: 2_500 }]);
    expect(b.log.lines).toMatchObject([
      { level: "warn", message: "breaker opened", fields: { breaker: "redis", cause: "consecutive_failures" } },
    ]);
  });

  test("reports a function of the user's that throws, once", async () => {
    const b = bench();
    const breaker = b.sop.breaker("redis", {
      recordError: () => {
        throw boom;
      },
    });
    for (let i = 0; i < 3; i++) await outcome(breaker.execute(fail));
    expect(b.log.lines.map(({ message }) => message)).toEqual(["a function given to a breaker threw"]);
  });
});
