import { describeError } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

const cyclic = new Error("outer");
cyclic.cause = new Error("inner", { cause: cyclic });

const hostile = {
  get message(): string {
    throw new Error("getter");
  },
  get stack(): string {
    throw new Error("getter");
  },
};

const proxy = new Proxy(
  {},
  {
    get() {
      throw new Error("trap");
    },
  },
);

describe("what was thrown is described, whatever it is", () => {
  test.each([
    ["an error", new TypeError("boom"), "TypeError", "boom"],
    ["a string", "boom", "string", "boom"],
    ["null", null, "null", "null"],
    ["undefined", undefined, "undefined", "undefined"],
    ["a number", 7, "number", "7"],
    ["a symbol", Symbol("boom"), "symbol", "Symbol(boom)"],
    ["a frozen object", Object.freeze({ a: 1 }), "Object", ""],
    ["an object without a prototype", Object.create(null), "object", ""],
    ["an object with a message", { message: "boom" }, "Object", "boom"],
    ["an object whose getters throw", hostile, "Object", ""],
    ["a proxy that throws", proxy, "object", ""],
    ["an error whose message is no string", Object.assign(new Error(), { message: 5 }), "Error", ""],
  ])("%s", (_what, thrown, type, message) => {
    expect(describeError(thrown)).toMatchObject({ type, message });
  });

  test("a cyclic cause is cut", () => {
    expect(describeError(cyclic).causes).toEqual(["Error: inner", "(cycle)"]);
  });

  test("a long chain of causes is cut at five", () => {
    let error = new Error("0");
    for (let i = 1; i < 20; i++) error = new Error(String(i), { cause: error });
    expect(describeError(error).causes).toHaveLength(5);
  });

  test("a message and a stack of any length are bounded", () => {
    const described = describeError(new Error("x".repeat(1_000_000)));
    expect(described.message).toHaveLength(2_048);
    expect(described.stack.length).toBeLessThanOrEqual(8_192);
  });

  test("never throws, and says nothing that is no text", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), (thrown) => {
        const { type, message, stack, causes } = describeError(thrown);
        expect([typeof type, typeof message, typeof stack]).toEqual(["string", "string", "string"]);
        expect(causes.every((cause) => typeof cause === "string")).toBe(true);
      }),
    );
  });

  test("a message made to look like frames costs no more than its length", () => {
    const line = `    at ${"(".repeat(200)}${" [as ".repeat(100)}x`;
    expect(describeError(new Error(`${line}\n`.repeat(40))).frames.length).toBeLessThanOrEqual(5);
  });
});

describe("a request whose code throws", () => {
  test.each([
    ["an error", new Error("boom")],
    ["a string", "boom"],
    ["null", null],
    ["undefined", undefined],
    ["a frozen object", Object.freeze({ a: 1 })],
    ["an object whose getters throw", hostile],
    ["a proxy that throws", proxy],
    ["a cyclic cause", cyclic],
  ])("%s is answered, counted and logged", (_what, thrown) => {
    const b = bench();
    const context = b.open();
    b.life.admit(context);
    const reply = b.life.run(context, () => b.life.fail(context, thrown, "handler"));
    expect(reply?.status).toBe(503);
    expect(b.sop.metrics().panics).toEqual({ handler: 1 });
    expect(() => JSON.stringify(b.log.lines)).not.toThrow();
    expect(b.log.lines.filter((line) => line.message === "panic")).toHaveLength(1);
  });
});
