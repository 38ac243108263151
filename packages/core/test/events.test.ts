import { problem } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

describe("beforeHandler", () => {
  test("can answer instead of the handler; the first answer wins", () => {
    const b = bench();
    b.sop.on("beforeHandler", (event) => event.reply(problem("SOP_DEGRADED", event.context.id)));
    b.sop.on("beforeHandler", (event) => event.reply(problem("SOP_OVERLOAD", event.context.id)));
    const reply = b.life.admit(b.open());
    expect(JSON.parse(reply?.body ?? "")).toMatchObject({ code: "SOP_DEGRADED" });
  });

  test("is told, but can no longer answer, where the listener comes after admission", () => {
    const b = bench();
    const context = b.open();
    b.life.admit(context);
    const seen: boolean[] = [];
    context.on("beforeHandler", (event) => {
      seen.push(event.cancelable);
      event.reply(problem("SOP_DEGRADED", context.id));
    });
    expect(seen).toEqual([false]);
    expect(b.life.fail(context, new Error("x"))?.body).toContain("SOP_PANIC");
  });

  test("is not told to a listener that was taken away", () => {
    const b = bench();
    const seen: string[] = [];
    b.sop.on("beforeHandler", () => void seen.push("all"))();
    const context = b.open();
    context.on("beforeHandler", () => void seen.push("one"))();
    b.life.admit(context);
    expect(seen).toEqual([]);
  });
});

describe("afterPanic", () => {
  test("comes with the panic and its application frames, before the reply is returned", () => {
    const b = bench();
    const context = b.open();
    const seen: unknown[] = [];
    context.on("afterPanic", (event) => {
      seen.push(event.panic.type, event.frames.length, event.frames[0]?.file);
      expect(b.replies(context)).toEqual([]);
    });
    b.life.fail(context, new RangeError("boom"));
    expect(seen[0]).toBe("RangeError");
    expect(seen[1]).toBeGreaterThan(0);
    expect(seen[1]).toBeLessThanOrEqual(5);
    expect(seen[2]).toContain("events.test.ts");
  });

  test("gives the frames of the subscriber where the error has none", () => {
    const b = bench();
    const context = b.open();
    let file: string | undefined;
    context.on("afterPanic", (event) => {
      file = event.frames[0]?.file;
    });
    b.life.fail(context, "a string");
    expect(file).toContain("events.test.ts");
  });
});

test("timeoutExpired carries the frames of who subscribed, as a timer has none of the application's", () => {
  const b = bench({ deadline: { default: 100 } });
  const context = b.open();
  let file: string | undefined;
  context.on("timeoutExpired", (event) => {
    file = event.frames[0]?.file;
  });
  setFrameless(() => b.clock.advance(200));
  expect(file).toContain("events.test.ts");
});

/** Calls `fn` with stacks that hold one frame only, so that nothing of this test is on them. */
function setFrameless(fn: () => void): void {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  try {
    fn();
  } finally {
    Error.stackTraceLimit = before;
  }
}

test("a listener that throws is reported once and harms nothing", () => {
  const b = bench();
  b.sop.on("beforeHandler", () => {
    throw new Error("bad listener");
  });
  expect(b.life.admit(b.open())).toBeUndefined();
  expect(b.life.admit(b.open())).toBeUndefined();
  expect(b.log.lines.filter((line) => line.level === "error")).toHaveLength(1);
});
