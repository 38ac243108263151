import type { EvaluationContext, FlagDefinition } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/fake.ts";
import { evaluate, watched } from "./support.ts";

const VARIANTS = { on: true, off: false };
const when = (condition: unknown): FlagDefinition => ({
  variants: VARIANTS,
  defaultVariant: "off",
  targeting: { if: [condition, "on"] },
});

describe("the details of a flag are OpenFeature's", () => {
  test("a plain value is static and has no variant", () => {
    expect(
      bench({ flags: { flag: 5 } })
        .sop.flag("flag", 1)
        .evaluate(),
    ).toEqual({
      flagKey: "flag",
      value: 5,
      variant: undefined,
      reason: "STATIC",
      errorCode: undefined,
      errorMessage: undefined,
      flagMetadata: {},
    });
  });

  test.each<[string, FlagDefinition, object]>([
    [
      "a definition without a rule",
      { variants: VARIANTS, defaultVariant: "on" },
      { value: true, variant: "on", reason: "STATIC" },
    ],
    ["an empty rule", { variants: VARIANTS, defaultVariant: "on", targeting: {} }, { value: true, reason: "STATIC" }],
    ["a rule that matches", when(true), { value: true, variant: "on", reason: "TARGETING_MATCH" }],
    ["a rule that does not", when(false), { value: false, variant: "off", reason: "DEFAULT" }],
    [
      "a split",
      { variants: VARIANTS, targeting: { fractional: ["key", ["on", 1]] } },
      { variant: "on", reason: "SPLIT" },
    ],
    [
      "a rule that gives true",
      { variants: { true: "yes", false: "no" }, targeting: { "==": [1, 1] } },
      { value: "yes", variant: "true" },
    ],
    ["a disabled flag", { ...when(true), state: "DISABLED" }, { value: false, variant: undefined, reason: "DISABLED" }],
    [
      "no default variant",
      { variants: { on: true }, defaultVariant: null },
      { value: false, variant: undefined, reason: "STATIC" },
    ],
    [
      "a variant that is found to be none",
      { variants: VARIANTS, targeting: { cat: ["o", "x"] } },
      { value: false, reason: "ERROR", errorCode: "GENERAL", errorMessage: 'its rule gave "ox", which is no variant' },
    ],
  ])("%s", (_, definition, details) => {
    expect(evaluate(definition)).toMatchObject(details);
  });

  test("a flag that no layer has is not found, and one of another type mismatches", () => {
    const { sop } = bench({ flags: { flag: "text" } });
    expect(sop.flag("absent", 7).evaluate()).toMatchObject({ value: 7, reason: "ERROR", errorCode: "FLAG_NOT_FOUND" });
    expect(sop.flag("flag", 7).evaluate()).toMatchObject({
      value: 7,
      reason: "ERROR",
      errorCode: "TYPE_MISMATCH",
      errorMessage: "flag is a string, not a number",
    });
  });

  test.each([null, "user", ["user"], { targetingKey: 7 }])("%j is no context", (context) => {
    const flag = bench({ flags: { flag: when(true) } }).sop.flag("flag", false);
    expect(flag.evaluate(context as unknown as EvaluationContext)).toMatchObject({
      value: false,
      errorCode: "INVALID_CONTEXT",
    });
  });

  test("metadata is that of the set, and above it that of the flag", async () => {
    const { sop, say } = watched();
    const metadata = { team: "orders", version: 2 };
    await say({ flag: { variants: VARIANTS, metadata: { version: 3 } }, plain: 1 }, { metadata });
    expect(sop.flag("flag", true).evaluate().flagMetadata).toEqual({ team: "orders", version: 3 });
    expect(sop.flag("plain", 0).evaluate().flagMetadata).toEqual(metadata);
  });

  test("of all flags at once", () => {
    const { sop } = bench({ flags: { a: 1, b: when({ "==": [{ var: "plan" }, "gold"] }) } });
    const details = sop.evaluateFlags({ plan: "gold" });
    expect(Object.entries(details).map(([name, { value, reason }]) => [name, value, reason])).toEqual([
      ["a", 1, "STATIC"],
      ["b", true, "TARGETING_MATCH"],
    ]);
    expect(sop.flags()).toEqual({ a: 1, b: false });
  });
});

describe("inside a request a rule knows", () => {
  const headers = {
    "x-request-id": "r-1",
    "x-canary": "1",
    "user-agent": "curl",
    cookie: "a=1; region=eu; region=us",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };

  test.each([
    ["requestId", "r-1"],
    ["traceId", "0af7651916cd43dd8448eb211c80319c"],
    ["route", "/items/:id"],
    ["method", "GET"],
    ["clientIp", "127.0.0.1"],
    ["userAgentHash", expect.stringMatching(/^[\da-f]{8}$/)],
    ["headers.x-canary", "1"],
    ["headers.constructor", null],
    ["cookies.region", "eu"],
    ["cookies.absent", null],
    ["labels.region", "eu-1"],
    ["targetingKey", "ann"],
    ["tenant", "acme"],
    ["absent", null],
  ])("%s", (name, value) => {
    const b = bench({ labels: { region: "eu-1" }, flags: { flag: { ...when({ log: [{ var: name }] }) } } });
    const context = b.open(headers);
    context.set("userId", "ann");
    context.set("tenant", "acme");
    const { steps } = b.life.run(context, () => b.sop.explain("flag"));
    expect(steps[0]?.result).toEqual(value);
  });

  test("headers of the web, too", () => {
    const b = bench({ flags: { flag: when({ "==": [{ var: "headers.x-canary" }, "1"] }) } });
    const exchange = { route: "/", replies: [] };
    const context = b.life.open({ method: "GET", headers: new Headers({ "X-Canary": "1" }) }, exchange);
    expect(b.life.run(context, () => b.sop.flag("flag", false).value)).toBe(true);
  });

  test("what it is given, above the request", () => {
    const b = bench({ flags: { flag: when({ "==": [{ cat: [{ var: "plan" }, { var: "method" }] }, "goldGET"] }) } });
    const flag = b.sop.flag("flag", false);
    b.life.run(b.open(), () => {
      expect(flag.evaluate({ plan: "gold" }).value).toBe(true);
      expect(flag.evaluate({ plan: "gold", method: "PUT" }).value).toBe(false);
    });
  });
});

test("outside of a request a rule knows the instance's labels", () => {
  const { sop } = bench({
    labels: { region: "eu" },
    flags: { flag: when({ "==": [{ var: "labels.region" }, "eu"] }) },
  });
  expect(sop.flag("flag", false).value).toBe(true);
});

test("the time is the clock's, in seconds", () => {
  const b = bench({ flags: { flag: when({ ">=": [{ var: "$flagd.timestamp" }, 1_700_001_010] }) } });
  const flag = b.sop.flag("flag", false);
  expect(flag.value).toBe(false);
  b.clock.advance(10_000);
  expect(flag.value).toBe(true);
});

test("a name and a default have one handle, however often it is asked for", () => {
  const { sop } = bench();
  expect(sop.flag("limits", { a: 1 })).toBe(sop.flag("limits", { a: 1 }));
  expect(sop.flag("limits", 1)).not.toBe(sop.flag("limits", "1"));
});
