import {
  OptionError,
  type OutgoingFinding,
  type Policy,
  type RequestContext,
  SopError,
  type SopOptions,
  type Span,
} from "@sop/core";
import { describe, expect, it } from "vitest";
import { UNLIMITED } from "../src/resilience/call.ts";
import { bench } from "./support/fake.ts";
import { fakeFetch, type SentCall } from "./support/fake-fetch.ts";
import { recordingSpan, SPAN, TRACE } from "./support/recording-span.ts";

const URL_OF_STOCK = "http://user:secret@stock:8080/items?token=secret";

function calling(options: SopOptions = {}) {
  const fetch = fakeFetch();
  const made = bench({ ...options, ports: { fetch, ...options.ports } });
  /** Calls within a request. */
  const within = (context: RequestContext | undefined, init?: RequestInit, url = URL_OF_STOCK): Promise<Response> => {
    made.asyncContext.current = context;
    const pending = made.sop.fetch(url, init);
    made.asyncContext.current = undefined;
    // Tests look at rejections later than they come.
    pending.catch(() => {});
    return pending;
  };
  const last = (): SentCall => fetch.sent.at(-1) as SentCall;
  return { ...made, fetch, within, last };
}

const reasonOf = (pending: Promise<unknown>): Promise<unknown> =>
  pending.then(
    () => "resolved",
    (error) => error,
  );

describe("a call within a request", () => {
  it("hands on the time that is left, the trace and the id", () => {
    const { open, within, last, clock } = calling();
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const context = open({
      "x-envoy-expected-rq-timeout-ms": "500",
      "x-request-id": "r-1",
      traceparent: `00-${trace}-b7ad6b7169203331-00`,
    });
    clock.advance(120);
    void within(context);
    expect(last().headers.get("x-envoy-expected-rq-timeout-ms")).toBe("380");
    expect(last().headers.get("x-request-id")).toBe("r-1");
    expect(last().headers.get("traceparent")).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`));
    expect(last().headers.has("grpc-timeout")).toBe(false);
  });

  it("has a parent id of its own each time, and the request's trace where the caller sent none", () => {
    const { open, within, last } = calling();
    const context = open();
    void within(context);
    const first = last().headers.get("traceparent");
    void within(context);
    expect(last().headers.get("traceparent")).not.toBe(first);
    expect(first).toMatch(new RegExp(`^00-${context.traceId}-[0-9a-f]{16}-01$`));
  });

  it("keeps the headers that the caller set", () => {
    const { open, within, last } = calling();
    const headers = {
      "X-Request-Id": "mine",
      traceparent: "mine",
      "x-envoy-expected-rq-timeout-ms": "7",
      accept: "text/csv",
    };
    void within(open({ "x-envoy-expected-rq-timeout-ms": "500" }), { headers });
    expect(Object.fromEntries(last().headers)).toEqual({
      accept: "text/csv",
      "x-request-id": "mine",
      traceparent: "mine",
      "x-envoy-expected-rq-timeout-ms": "7",
    });
  });

  it("keeps the headers of a Request object", () => {
    const { open, sop, asyncContext, last } = calling();
    asyncContext.current = open({ "x-request-id": "r-1" });
    void sop.fetch(new Request("http://stock/", { method: "PUT", headers: { accept: "text/csv" } }));
    expect(last().headers.get("accept")).toBe("text/csv");
    expect(last().headers.get("x-request-id")).toBe("r-1");
  });

  it("says the time left in gRPC's form too where that is asked for, in at most 8 digits", () => {
    const { open, within, last } = calling({ outgoing: { grpcTimeout: true }, deadline: { max: "48h" } });
    void within(open({ "x-envoy-expected-rq-timeout-ms": "500" }));
    expect(last().headers.get("grpc-timeout")).toBe("500m");
    void within(open({ "x-envoy-expected-rq-timeout-ms": "150000000" }));
    expect(last().headers.get("grpc-timeout")).toBe("99999999m");
  });

  it("makes the active span the parent", () => {
    const { open, within, last } = calling({ ports: { tracer: { span: () => recordingSpan({ traceFlags: 0 }) } } });
    void within(open());
    expect(last().headers.get("traceparent")).toBe(`00-${TRACE}-${SPAN}-00`);
  });

  it("makes the request's span the parent where none is active any more", () => {
    let span: Span | undefined = recordingSpan();
    const { open, within, last } = calling({ ports: { tracer: { span: () => span } } });
    const context = open();
    span = undefined;
    void within(context);
    expect(last().headers.get("traceparent")).toBe(`00-${TRACE}-${SPAN}-01`);
  });

  it("leaves the headers to the tracing where that knows how, and a trace that the caller set alone", () => {
    const inject = (set: (name: string, value: string) => void): void => {
      set("traceparent", "theirs");
      set("baggage", "a=1");
    };
    const { open, within, last } = calling({ ports: { tracer: { span: () => recordingSpan(), inject } } });
    void within(open());
    expect(Object.fromEntries(last().headers)).toMatchObject({ traceparent: "theirs", baggage: "a=1" });
    void within(open(), { headers: { traceparent: "mine" } });
    expect(last().headers.get("traceparent")).toBe("mine");
    expect(last().headers.has("baggage")).toBe(false);
  });

  it("is made although the tracer throws", () => {
    const span = (): Span => {
      throw new Error("broken");
    };
    const { open, within, last } = calling({ ports: { tracer: { span } } });
    void within(open());
    expect(last().headers.has("traceparent")).toBe(true);
  });

  it("ends with the request's deadline, by its reason", async () => {
    const { open, within, clock } = calling();
    const pending = within(open({ "x-envoy-expected-rq-timeout-ms": "500" }));
    clock.advance(510);
    expect(await reasonOf(pending)).toMatchObject({ code: "SOP_DEADLINE", status: 504 });
  });

  it("ends when the client leaves, by that reason", async () => {
    const { open, within, life } = calling();
    const context = open();
    const pending = within(context);
    life.close(context, 0, "aborted");
    expect(await reasonOf(pending)).toMatchObject({ code: "SOP_CANCELED" });
  });

  it("ends with the caller's signal, by its reason", async () => {
    const { open, within } = calling();
    const abort = new AbortController();
    const pending = within(open({ "x-envoy-expected-rq-timeout-ms": "500" }), { signal: abort.signal });
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await reasonOf(pending)).toBe(reason);
  });

  it("is not made once the deadline has passed", async () => {
    const { open, within, fetch, clock } = calling();
    const context = open({ "x-envoy-expected-rq-timeout-ms": "500" });
    clock.block(600);
    expect(await reasonOf(within(context))).toMatchObject({ code: "SOP_DEADLINE" });
    expect(fetch.sent).toHaveLength(0);
  });

  it("still ends at the deadline when the request was answered without waiting for it", async () => {
    const { open, within, life, clock } = calling();
    const context = open({ "x-envoy-expected-rq-timeout-ms": "500" });
    const pending = within(context);
    life.close(context, 202, "finished");
    clock.advance(530);
    expect(await reasonOf(pending)).toMatchObject({ code: "SOP_DEADLINE" });
  });

  it("goes on when the deadline is extended", async () => {
    const { open, within, sop, clock, last } = calling();
    sop.on("timeoutExpired", (event) => event.extend(1_000));
    const pending = within(open({ "x-envoy-expected-rq-timeout-ms": "500" }));
    clock.advance(1_400);
    last().answer();
    expect((await pending).status).toBe(200);
  });
});

describe("a call that nothing bounds", () => {
  it("ends after the usual timeout, and is counted", async () => {
    const { within, clock, sop } = calling({ outgoing: { timeout: "2s" } });
    const pending = within(undefined);
    clock.advance(1_990);
    expect(await Promise.race([reasonOf(pending), Promise.resolve("pending")])).toBe("pending");
    clock.advance(20);
    expect(await reasonOf(pending)).toMatchObject({ code: "SOP_DEADLINE" });
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({ "stock:8080": 1 });
  });

  it("bounds the body too, and holds no timer where there is none", async () => {
    const { within, clock, last } = calling({ outgoing: { timeout: "2s" } });
    const pending = within(undefined);
    last().answer();
    await pending;
    clock.advance(2_010);
    expect(last().init.signal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
    const empty = within(undefined);
    last().answer(204, null);
    await empty;
    clock.advance(10);
    expect(clock.pending).toBe(0);
  });

  it("is left to a signal of the caller", () => {
    const { within, sop, clock } = calling();
    void within(undefined, { signal: new AbortController().signal });
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({});
    expect(clock.pending).toBe(0);
  });

  it("has no headers of a request outside of one", () => {
    const { within, last } = calling();
    void within(undefined, { headers: { accept: "text/csv" } });
    expect(Object.fromEntries(last().headers)).toEqual({ accept: "text/csv" });
  });
});

describe("numbers", () => {
  it("are kept by host and status, and a call without an answer is an error", async () => {
    const { within, last, clock, sop } = calling();
    const pending = within(undefined);
    clock.advance(40);
    last().answer(503);
    expect((await pending).status).toBe(503);
    const failing = within(undefined);
    last().fail(new TypeError("fetch failed"));
    expect(await reasonOf(failing)).toBeInstanceOf(TypeError);
    expect(sop.metrics().outgoing.durations).toMatchObject([
      { host: "stock:8080", status: "error", count: 1, sum: 0 },
      { host: "stock:8080", status: "503", count: 1, sum: 0.04 },
    ]);
  });

  it("are bounded: hosts beyond 100 are counted under other, which is told once", async () => {
    const { within, last, sop, log } = calling();
    for (let i = 0; i < 110; i++) {
      const pending = within(undefined, {}, `http://host-${i}/`);
      last().answer();
      await pending;
    }
    const { durations, withoutDeadline } = sop.metrics().outgoing;
    expect(durations).toHaveLength(101);
    expect(durations.at(-1)).toMatchObject({ host: "other", status: "200", count: 10 });
    expect(withoutDeadline["other"]).toBe(10);
    expect(log.lines.map(({ fields }) => fields["metric"])).toEqual([
      "outgoing_requests_without_deadline_total",
      "outgoing_request_duration_seconds",
    ]);
  });
});

describe("a breaker of a host", () => {
  const outgoing = { breaker: { consecutiveFailuresThreshold: 1 } } as const;

  it("opens where the host answers with 5xx, and refuses what is sent after it", async () => {
    const { sop, within, fetch, last } = calling({ outgoing });
    const pending = within(undefined);
    last().answer(503, "down");
    expect((await pending).status).toBe(503);
    await expect(within(undefined)).rejects.toMatchObject({ code: "SOP_BREAKER_OPEN", policy: "stock:8080" });
    expect(fetch.sent).toHaveLength(1);
    expect(sop.breaker("stock:8080").state).toBe("open");
  });

  it("is left out where there are too many breakers already, which is told once", async () => {
    const { sop, log, within, last } = calling({ outgoing, maxBreakers: 1 });
    sop.breaker("redis");
    for (let i = 0; i < 2; i++) {
      const pending = within(undefined);
      last().answer(200, "fine");
      expect((await pending).status).toBe(200);
    }
    expect(log.lines.filter(({ message }) => message === "a host is called without a breaker")).toHaveLength(1);
  });

  it("is checked when the Sop is made", () => {
    expect(() => calling({ outgoing: { breaker: { failureRateThreshold: 9 } } })).toThrow(
      "outgoing.breaker.failureRateThreshold: got 9",
    );
    expect(() => calling({ outgoing: { breaker: true, policy: () => undefined } })).toThrow("nothing beside `policy`");
  });
});

describe("a policy of a host", () => {
  /** Calls twice, as a retry does, and tells what it saw. */
  function twice(): Policy & { failures: unknown[] } {
    const failures: unknown[] = [];
    const again: Policy["run"] = async (task, call) => {
      try {
        return await task(call);
      } catch (error) {
        failures.push(error);
        return task({ ...call, attempt: 2 });
      }
    };
    return {
      kind: "retry",
      failures,
      run: again,
      execute: (task) => again(task, UNLIMITED),
    };
  }

  it("sees an answer of 5xx as a failure, which the caller gets as it is", async () => {
    const policy = twice();
    const { within, fetch, last } = calling({
      outgoing: { policy: (host) => (host === "stock:8080" ? policy : undefined) },
    });
    const pending = within(undefined);
    last().answer(503, "first");
    await new Promise(setImmediate);
    expect(fetch.sent).toHaveLength(2);
    last().answer(500, "second");
    const response = await pending;
    expect([response.status, await response.text()]).toEqual([500, "second"]);
    expect(policy.failures).toMatchObject([{ message: "stock:8080 answered with 503" }]);
  });

  it("sees nothing of an answer below 500", async () => {
    const policy = twice();
    const { within, last } = calling({ outgoing: { policy: () => policy } });
    const pending = within(undefined);
    last().answer(429);
    expect((await pending).status).toBe(429);
    expect(policy.failures).toEqual([]);
  });

  it("rejects what it refuses", async () => {
    const refusal = new SopError("SOP_BREAKER_OPEN", "no");
    const policy: Policy = {
      kind: "breaker",
      run: () => Promise.reject(refusal),
      execute: () => Promise.reject(refusal),
    };
    const { within, fetch } = calling({ outgoing: { policy: () => policy } });
    expect(await reasonOf(within(undefined))).toBe(refusal);
    expect(fetch.sent).toHaveLength(0);
  });
});

describe("what has no host", () => {
  it.each(["data:text/plain,hello", "not an address"])("is the runtime's: %s", (url) => {
    const { within, last, sop } = calling();
    void within(undefined, {}, url);
    expect(last().init.signal).toBeUndefined();
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({});
  });
});

describe("a storm of retries", () => {
  async function failing({ within, last }: ReturnType<typeof calling>, context: RequestContext, times: number) {
    const reasons: unknown[] = [];
    for (let i = 0; i < times; i++) {
      const sent = last;
      const pending = within(context);
      sent().answer(503);
      reasons.push(
        await pending.then(
          (response) => response.status,
          (error) => error.code,
        ),
      );
    }
    return reasons;
  }

  it("is told once an episode, with its figures and without the address", async () => {
    const found: OutgoingFinding[] = [];
    const made = calling({ observers: [{ outgoingFound: (finding) => void found.push(finding) }] });
    for (let i = 0; i < 10; i++) await failing(made, made.open(), 3);
    expect(found).toEqual([{ kind: "retry_storm", host: "stock:8080", ratio: 20 / 7, calls: 20, retries: 13 }]);
    expect(made.log.lines).toMatchObject([{ level: "warn", message: "most calls to a host are retries" }]);
    expect(JSON.stringify(made.log.lines)).not.toContain("secret");
    // Two windows without one end it, and the next one is another.
    made.clock.advance(20_000);
    for (let i = 0; i < 10; i++) await failing(made, made.open(), 3);
    expect(found).toHaveLength(2);
  });

  it("lasts while windows confirm it", async () => {
    const found: OutgoingFinding[] = [];
    const made = calling({ observers: [{ outgoingFound: (finding) => void found.push(finding) }] });
    for (let window = 0; window < 4; window++) {
      for (let i = 0; i < 10; i++) await failing(made, made.open(), 3);
      made.clock.advance(10_000);
    }
    expect(found).toHaveLength(1);
  });

  it("is none where each request makes many calls, or the same one again after an answer", async () => {
    const found: OutgoingFinding[] = [];
    const { within, last, open } = calling({ observers: [{ outgoingFound: (finding) => void found.push(finding) }] });
    for (let request = 0; request < 10; request++) {
      const context = open();
      for (let i = 0; i < 10; i++) {
        const polled = within(context);
        last().answer(202);
        await polled;
        const other = within(context, {}, `http://stock:8080/${i}`);
        last().answer(503);
        await other;
      }
    }
    expect(found).toEqual([]);
  });

  it("has its retries refused where that is asked for, and first calls made", async () => {
    const made = calling({ outgoing: { retryStorm: { block: true } } });
    for (let i = 0; i < 9; i++) await failing(made, made.open(), 3);
    expect(await failing(made, made.open(), 3)).toEqual([503, "SOP_OVERLOAD", "SOP_OVERLOAD"]);
    made.clock.advance(20_000);
    expect(await failing(made, made.open(), 3)).toEqual([503, 503, 503]);
  });
});

describe("options that are wrong", () => {
  it("are named, all of them", () => {
    const wrong = {
      outgoing: {
        timeout: "soon",
        grpcTimeout: 1,
        policy: {},
        retryStorm: { window: 1, threshold: 1, block: "yes", on: 1 },
      },
      ports: { fetch: 7 },
    } as unknown as SopOptions;
    let problems: readonly string[] = [];
    try {
      bench(wrong);
    } catch (error) {
      if (error instanceof OptionError) problems = error.problems.map(({ path }) => path);
    }
    expect([...problems].sort()).toEqual([
      "outgoing.grpcTimeout",
      "outgoing.policy",
      "outgoing.retryStorm.block",
      "outgoing.retryStorm.on",
      "outgoing.retryStorm.threshold",
      "outgoing.retryStorm.window",
      "outgoing.timeout",
      "ports.fetch",
    ]);
  });
});
