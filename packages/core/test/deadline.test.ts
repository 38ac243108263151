import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

describe("a deadline", () => {
  test("answers 504 SOP_DEADLINE when it passes, counts it and aborts the signal", () => {
    const b = bench({ deadline: { default: "1s" } });
    const context = b.open();
    b.life.admit(context);
    const { signal } = context;
    b.clock.advance(990);
    expect(b.replies(context)).toEqual([]);
    b.clock.advance(20);
    expect(b.replies(context).map((reply) => reply.status)).toEqual([504]);
    expect(JSON.parse(b.replies(context)[0]?.body ?? "")).toMatchObject({
      code: "SOP_DEADLINE",
      requestId: context.id,
    });
    expect(signal.reason).toMatchObject({ code: "SOP_DEADLINE" });
    expect(b.sop.metrics().canceled).toEqual({ canceled: 0, deadline_exceeded: 1 });
  });

  test("is told apart from a client that left, also when the connection is lost afterwards", () => {
    const b = bench({ deadline: { default: 100 } });
    const context = b.open();
    b.clock.advance(200);
    b.life.close(context, 504, "aborted");
    expect(b.sop.metrics().canceled).toEqual({ canceled: 0, deadline_exceeded: 1 });
    expect(context.signal.reason).toMatchObject({ code: "SOP_DEADLINE" });
  });

  test("that passed shows in a signal that is first read afterwards", () => {
    const b = bench({ deadline: { default: 100 } });
    const context = b.open();
    b.clock.advance(200);
    expect(context.signal.aborted).toBe(true);
  });

  test("does not fire for a request that was answered in time", () => {
    const b = bench({ deadline: { default: 100 } });
    const context = b.open();
    b.life.close(context, 200, "finished");
    b.clock.advance(1_000);
    expect(b.replies(context)).toEqual([]);
    expect(b.sop.metrics().canceled.deadline_exceeded).toBe(0);
  });

  test.each([
    [{ "grpc-timeout": "250m" }, 250],
    [{ "grpc-timeout": "2S" }, 2_000],
    [{ "grpc-timeout": "1M" }, 10_000],
    [{ "grpc-timeout": "500000u" }, 500],
    [{ "x-envoy-expected-rq-timeout-ms": "300" }, 300],
    [{ "grpc-timeout": "1S", "x-envoy-expected-rq-timeout-ms": "300" }, 300],
    [{ "grpc-timeout": "5S" }, 3_000],
  ])("of the caller, %j, is %d ms: the shortest wins", (headers: Record<string, string>, expected) => {
    const options = expected === 10_000 ? { max: "10s" as const } : { default: "3s" as const, max: "10s" as const };
    expect(bench({ deadline: options }).open(headers).remaining()).toBe(expected);
  });

  test.each(["", "10", "S", "-1S", "1.5S", "123456789S", "1s", "1x", "١S"])("malformed, %j, is ignored", (value) => {
    const b = bench();
    expect(b.open({ "grpc-timeout": value }).deadline).toBeUndefined();
  });

  test.each(["", "0", "-5", "1e3", "abc", "12345678901"])("of envoy that is malformed, %j, is ignored", (value) => {
    expect(bench().open({ "x-envoy-expected-rq-timeout-ms": value }).deadline).toBeUndefined();
  });

  test("is undefined, and remaining infinite, where there is none", () => {
    const context = bench().open();
    expect([context.deadline, context.remaining()]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  });

  test("is in milliseconds since 1970", () => {
    const b = bench({ deadline: { default: 100 } });
    expect(b.open().deadline).toBe(b.clock.now() + 100);
  });
});

describe("an extension", () => {
  test("moves the deadline once", () => {
    const granted: boolean[] = [];
    const b = bench({ deadline: { default: 100, max: 1_000 } });
    b.sop.on("timeoutExpired", (event) => void granted.push(event.extend(200), event.extend(200)));
    const context = b.open();
    b.clock.advance(120);
    expect(granted).toEqual([true, false]);
    expect(b.replies(context)).toEqual([]);
    b.clock.advance(200);
    expect(granted).toEqual([true, false, false, false]);
    expect(b.replies(context).map((reply) => reply.status)).toEqual([504]);
  });

  test("does not go past deadline.max after the start", () => {
    const b = bench({ deadline: { default: 100, max: 150 } });
    const context = b.open();
    context.on("timeoutExpired", (event) => void event.extend(10_000));
    b.clock.advance(140);
    expect(b.replies(context)).toEqual([]);
    b.clock.advance(30);
    expect(b.replies(context).map((reply) => reply.status)).toEqual([504]);
  });

  test.each([0, -1, Number.NaN])("of %d ms is refused", (ms) => {
    const b = bench({ deadline: { default: 100 } });
    const context = b.open();
    const granted: boolean[] = [];
    context.on("timeoutExpired", (event) => void granted.push(event.extend(ms)));
    b.clock.advance(200);
    expect(granted).toEqual([false]);
    expect(b.replies(context)).toHaveLength(1);
  });
});

test("all deadlines share one timer, and without any there is none", () => {
  const b = bench({ deadline: { default: 100 } });
  const before = b.clock.pending;
  const contexts = Array.from({ length: 50 }, () => b.open());
  expect(b.clock.pending).toBe(before + 1);
  for (const context of contexts) b.life.close(context, 200, "finished");
  b.clock.advance(1_000);
  expect(b.clock.pending).toBe(before);
});
