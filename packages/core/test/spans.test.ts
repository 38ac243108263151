import { problem, type Span, type SpanAttributes, type Tracer } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";
import { recordingSpan, SPAN, TRACE } from "./support/recording-span.ts";

/** A request whose span is active while `active` is. */
function traced(options: Parameters<typeof bench>[0] = {}, more: Partial<Tracer> = {}) {
  const span = recordingSpan();
  const place: { active: Span | undefined } = { active: span };
  const b = bench({ ...options, ports: { ...options.ports, tracer: { span: () => place.active, ...more } } });
  const named = (name: string): SpanAttributes | undefined =>
    span.events.find((event) => event.name === name)?.attributes;
  return { ...b, span, place, named };
}

describe("the active span", () => {
  test("gets an event for each event of the request, with the application's frames", () => {
    const { open, life, clock, span, named } = traced({ deadline: { default: 100 } });
    const context = open({ "x-request-id": "r1" });
    life.admit(context);
    life.fail(context, new TypeError("x"), "auth");
    open();
    clock.advance(200);
    const names = ["sop.beforeHandler", "sop.afterPanic", "exception", "sop.timeoutExpired"];
    expect(span.events.map(({ name }) => name)).toEqual(names);
    expect(named("sop.afterPanic")).toEqual({
      "http.route": "/items/:id",
      "sop.request_id": "r1",
      "sop.middleware": "auth",
      "code.stacktrace": expect.stringMatching(/^ {4}at .*spans\.test\.ts:\d+:\d+\)?$/m),
    });
    expect(named("sop.beforeHandler")?.["code.stacktrace"]?.split("\n").length).toBeLessThanOrEqual(5);
  });

  test("is remembered: what comes from a timer is told to it, whatever is active then", () => {
    const { open, clock, place, named, span } = traced({ deadline: { default: 100 } });
    open();
    place.active = recordingSpan();
    clock.advance(200);
    expect(named("sop.timeoutExpired")).toBeDefined();
    expect(span.attributes).toEqual({ "error.type": "SOP_DEADLINE" });
    expect(span.status).toBe(2);
  });

  test("stays the first: a span of a middleware is not the request's", () => {
    const { open, life, place, named } = traced();
    const context = open();
    const inner = recordingSpan();
    place.active = inner;
    life.admit(context);
    life.fail(context, new Error("x"));
    expect(named("exception")).toBeDefined();
    expect(inner.events).toEqual([]);
  });

  test("may come after the request was opened", () => {
    const { open, life, place, span, named } = traced();
    place.active = undefined;
    const context = open();
    place.active = span;
    life.admit(context);
    expect(named("sop.beforeHandler")).toBeDefined();
  });

  test("is told nothing after its end", () => {
    const { open, life, span } = traced();
    const context = open();
    span.isEnded = true;
    life.admit(context);
    life.fail(context, new Error("x"));
    life.close(context, 503, "finished");
    expect(span.events).toEqual([]);
    expect(span.status).toBe(0);
  });

  test("gives the request its ids", () => {
    const { open } = traced();
    const context = open({ traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` });
    expect([context.traceId, context.spanId]).toEqual([TRACE, SPAN]);
  });

  test("that throws is reported once", () => {
    const span = (): Span => {
      throw new Error("bad tracer");
    };
    const b = bench({ ports: { tracer: { span } } });
    for (let i = 0; i < 2; i++) {
      const context = b.open();
      b.life.admit(context);
      b.life.close(context, 500, "finished");
    }
    expect(b.log.lines.filter((line) => line.level === "error")).toHaveLength(1);
  });
});

describe("a span has failed", () => {
  test("by a panic, of the error's type", () => {
    const { open, life, span } = traced();
    const context = open();
    life.fail(context, new RangeError("x"));
    life.close(context, 503, "finished");
    expect([span.status, span.attributes]).toEqual([2, { "error.type": "RangeError" }]);
  });

  test("by any other status from 500 on, of that status", () => {
    const { open, life, span } = traced();
    life.close(open(), 502, "finished");
    expect([span.status, span.attributes]).toEqual([2, { "error.type": "502" }]);
  });

  test.each([
    [404, "finished"],
    [200, "aborted"],
  ] as const)("not by %i, %s", (status, end) => {
    const { open, life, span } = traced();
    life.close(open(), status, end);
    expect([span.status, span.attributes]).toEqual([0, {}]);
  });

  test("not by a deadline that a listener moved", () => {
    const { open, clock, span, sop } = traced({ deadline: { default: 100 } });
    sop.on("timeoutExpired", (event) => void event.extend(1_000));
    open();
    clock.advance(200);
    expect(span.status).toBe(0);
  });
});

describe("the exception of a panic", () => {
  const secret = "token=hunter2";
  const error = new Error(`${secret}\n    at ${secret} (x:1:1)`);

  test("has its type and its calls, and of its message nothing", () => {
    const { open, life, named } = traced();
    life.fail(open(), error);
    const attributes = named("exception");
    expect(attributes?.["exception.type"]).toBe("Error");
    expect(attributes?.["exception.stacktrace"]).toMatch(/^Error\n {4}at .*spans\.test\.ts:\d+:\d+/);
    expect(JSON.stringify(attributes)).not.toContain("hunter2");
    expect(attributes).not.toHaveProperty("exception.message");
  });

  test("has the message as the tracer lets it be told", () => {
    const { open, life, named } = traced({}, { message: (text) => text.replaceAll("hunter2", "***") });
    life.fail(open(), new Error(secret));
    expect(named("exception")?.["exception.message"]).toBe("token=***");
  });

  test("has all calls where its message was changed after it was made", () => {
    const { open, life, named } = traced();
    const changed = new Error("before");
    changed.message = "a much longer message than that of the stack";
    life.fail(open(), changed);
    expect(named("exception")?.["exception.stacktrace"]).toMatch(/^Error\n {4}at .*spans\.test\.ts/);
  });
});

describe("OpenTelemetry's API", () => {
  const API = Symbol.for("opentelemetry.js.api.1");

  /** Loaded, with `span` active, for the time of `fn`. */
  function loaded(span: Span, fn: () => void): void {
    const key = Symbol.for("OpenTelemetry Context Key SPAN");
    const active = { getValue: (asked: symbol) => (asked === key ? span : undefined) };
    Object.assign(globalThis, { [API]: { context: { active: () => active } } });
    try {
      fn();
    } finally {
      Reflect.deleteProperty(globalThis, API);
    }
  }

  test("gives the active span where it was loaded", () => {
    const span = recordingSpan();
    loaded(span, () => {
      const b = bench();
      const context = b.open();
      b.life.admit(context);
      expect(context.traceId).toBe(TRACE);
    });
    expect(span.events.map(({ name }) => name)).toEqual(["sop.beforeHandler"]);
  });

  test.each([{ isRemote: true }, { traceId: "0".repeat(32) }])("gives none that is %o: it is not ours", (own) => {
    const span = recordingSpan(own);
    loaded(span, () => {
      const b = bench();
      const context = b.open();
      b.life.admit(context);
      expect(context.spanId).not.toBe(SPAN);
    });
    expect(span.events).toEqual([]);
  });

  test("costs a request no id, no event and no listener where it was not loaded", () => {
    const b = bench();
    const context = b.open({ traceparent: `00-${TRACE}-${SPAN}-01` });
    expect(b.life.admit(context)).toBeUndefined();
    expect(context.traceId).toBe(TRACE);
    expect(context.spanId).not.toBe(SPAN);
  });
});

test("the reply of a listener is given with and without a span", () => {
  for (const b of [bench(), traced()]) {
    b.sop.on("beforeHandler", (event) => event.reply(problem("SOP_DEGRADED", event.context.id)));
    expect(b.life.admit(b.open())?.status).toBe(503);
  }
});
