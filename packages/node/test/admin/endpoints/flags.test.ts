import { setImmediate } from "node:timers/promises";
import type { ConfigSnapshot, ConfigSource } from "@sop/core";
import { describe, expect, it } from "vitest";
import { scene } from "./support.ts";

const HOUR = 3_600_000;
/** A source that says one thing. */
function once(flags: ConfigSnapshot["flags"]): ConfigSource["watch"] {
  return async function* () {
    yield { state: "READY", snapshot: { revision: "1", flags } };
  };
}

const path = (flag: string): string => `/debug/mw/flags/${encodeURIComponent(flag)}`;

describe("flags", () => {
  it("are listed, those that only the code knows too", async () => {
    const { sop, ask } = scene({
      flags: {
        "redis.enabled": true,
        pricing: { variants: { new: 2, old: 1 }, defaultVariant: "old" },
        "api.token": "s3cr3t",
      },
      sources: [{ name: "etcd", watch: once({ broken: { variants: {} } }) }],
    });
    await setImmediate();
    sop.flag("only.code", "blue");
    const { json } = ask("GET /debug/mw/flags");
    expect(json.total).toBe(5);
    expect(json.flags).toEqual([
      { flag: "api.token", type: "string", value: "***", reason: "STATIC" },
      { flag: "broken", reason: "ERROR" },
      { flag: "only.code", type: "string", value: "blue", reason: "DEFAULT" },
      { flag: "pricing", type: "number", value: 1, variant: "old", reason: "STATIC" },
      { flag: "redis.enabled", type: "boolean", value: true, reason: "STATIC" },
    ]);
    expect(ask("GET /debug/mw/flags?prefix=redis").json.flags).toHaveLength(1);
    expect(ask("GET /debug/mw/flags?limit=2").json).toMatchObject({ total: 5, flags: [{}, {}] });
    expect(ask("GET /debug/mw/flags?overridden=true").json.flags).toEqual([]);
  });

  it("are told one by one with their layer and the steps of their rule", () => {
    const targeting = { if: [{ "==": [{ var: "labels.region" }, "eu"] }, "new", "old"] };
    const { sop, ask, askBlocked } = scene({
      labels: { region: "eu" },
      flags: { pricing: { variants: { new: 2, old: 1 }, defaultVariant: "old", targeting } },
    });
    const { flag } = ask(`GET ${path("pricing")}`).json;
    expect(flag).toMatchObject({ value: 2, variant: "new", reason: "TARGETING_MATCH", explanation: { layer: "code" } });
    expect(flag.explanation.steps.map(({ path: at }: { path: string }) => at)).toContain("targeting.if.0.==");
    expect(askBlocked(`GET ${path("pricing")}`).json).toMatchObject({ live: false, flag: { value: 2 } });
    expect(ask(`GET ${path("nothing")}`).problem?.detail).toBe('no flag is called "nothing": there are "pricing"');
    sop.flag("only.code", 7);
    expect(ask(`GET ${path("only.code")}`).json.flag).toMatchObject({ value: 7, reason: "DEFAULT" });
  });

  it("have values that a list can bear", () => {
    const { ask } = scene({ flags: { big: { text: "x".repeat(5_000) } } });
    expect(ask("GET /debug/mw/flags").json.flags[0].value).toBe("too large for a list");
    expect(ask(`GET ${path("big")}`).json.flag.value.text).toHaveLength(5_000);
  });
});

describe("an operator's override", () => {
  it("is what the code sees at once, until it expires, and both are told as events", () => {
    const { sop, clock, desk, ask } = scene({ flags: { "redis.enabled": true } });
    const redis = sop.flag("redis.enabled", true);
    const { status, json } = ask(`PUT ${path("redis.enabled")}`, { value: false, expiresIn: "30m" });
    expect(status).toBe(200);
    const override = { by: "CN=alice", since: clock.now(), expiresAt: clock.now() + HOUR / 2 };
    expect(json.flag).toEqual({ flag: "redis.enabled", type: "boolean", value: false, reason: "STATIC", override });
    expect(redis.value).toBe(false);
    expect(ask(`GET ${path("redis.enabled")}`).json.flag).toMatchObject({
      explanation: { layer: "operator" },
      override,
    });
    expect(ask("GET /debug/mw/flags?overridden=true").json.flags).toHaveLength(1);
    clock.advance(HOUR / 2 - 1);
    expect(redis.value).toBe(false);
    clock.advance(1);
    expect(redis.value).toBe(true);
    expect(ask(`GET ${path("redis.enabled")}`).json.flag).not.toHaveProperty("override");
    expect(desk.events.recent().map(({ type, data }) => [type, data["change"] ?? data["value"]])).toEqual([
      ["flag", false],
      ["override", "set"],
      ["flag", true],
      ["override", "expired"],
    ]);
  });

  it("lasts an hour where nothing is said, and at most a day", () => {
    const { sop, clock, ask } = scene({ flags: { a: 1 } });
    const a = sop.flag("a", 0);
    ask(`PUT ${path("a")}`, { value: 2 });
    clock.advance(HOUR - 1);
    expect(a.value).toBe(2);
    clock.advance(1);
    expect(a.value).toBe(1);
    expect(ask(`PUT ${path("a")}`, { value: 2, expiresIn: "25h" })).toMatchObject({
      status: 400,
      problem: { problems: [{ path: "body.expiresIn" }] },
    });
    expect(a.value).toBe(1);
  });

  it("set again lasts from then on", () => {
    const { sop, clock, ask } = scene({ flags: { a: 1 } });
    const a = sop.flag("a", 0);
    ask(`PUT ${path("a")}`, { value: 2, expiresIn: "10s" });
    clock.advance(9_000);
    ask(`PUT ${path("a")}`, { value: 3, expiresIn: "10s" });
    clock.advance(9_000);
    expect(a.value).toBe(3);
    clock.advance(1_000);
    expect(a.value).toBe(1);
  });

  it("is given back by hand", () => {
    const { sop, ask } = scene({ flags: { a: 1 } });
    const a = sop.flag("a", 0);
    ask(`PUT ${path("a")}`, { value: 2 });
    expect(ask(`DELETE ${path("a")}`).json.flag).toEqual({ flag: "a", type: "number", value: 1, reason: "STATIC" });
    expect(a.value).toBe(1);
    expect(ask(`DELETE ${path("a")}`).status).toBe(200);
    expect(ask(`DELETE ${path("none")}`).status).toBe(404);
  });

  it("wins over sources and over a rule that acts", () => {
    const { sop, clock, ask } = scene({
      flags: { parse: true },
      rules: [{ name: "Busy", when: { metric: "in_flight", atLeast: 1 }, set: { parse: false } }],
    });
    const life = sop.lifecycle<undefined>({ name: "test", route: () => "/", respond: () => {} });
    life.open({ method: "GET", headers: {} }, undefined, "127.0.0.1");
    const parse = sop.flag("parse", true);
    clock.advance(1_000);
    expect(parse.value).toBe(false);
    ask(`PUT ${path("parse")}`, { value: true, expiresIn: "10s" });
    clock.advance(5_000);
    expect(parse.value).toBe(true);
    const { layers } = ask(`GET ${path("parse")}`).json.flag.explanation;
    expect(layers).toEqual([
      { layer: "code", outcome: "overruled" },
      { layer: "rules", outcome: "overruled" },
      { layer: "operator", outcome: "decides" },
    ]);
    clock.advance(5_000);
    expect(parse.value).toBe(false);
  });

  it("is there for a flag that only the code knows", () => {
    const { sop, ask } = scene();
    const color = sop.flag("color", "blue");
    expect(ask(`PUT ${path("color")}`, { value: "red" }).json.flag).toMatchObject({ value: "red", type: "string" });
    expect(color.value).toBe("red");
  });

  it.each([
    ["a text for a boolean", "on", "false", "a boolean, as the flag has it"],
    ["a list for an object", "limits", [1], "a object, as the flag has it"],
    ["nothing", "on", null, "a boolean, as the flag has it"],
    [
      "a definition",
      "limits",
      { variants: { a: {} } },
      "a plain value: a definition with variants belongs to a source",
    ],
  ])("of a wrong type is refused and changes nothing: %s", (_what, flag, value, allowed) => {
    const { sop, ask, desk } = scene({ flags: { on: true, limits: { a: 1 } } });
    const before = sop.flags();
    expect(ask(`PUT ${path(flag)}`, { value })).toMatchObject({
      status: 400,
      problem: { problems: [{ path: "body.value", allowed }] },
    });
    expect(sop.flags()).toEqual(before);
    expect(desk.events.recent()).toEqual([]);
  });

  it("of a flag that nobody knows is refused: it would be a slip that is never seen", () => {
    const { sop, ask } = scene({ flags: { on: true } });
    expect(ask(`PUT ${path("onn")}`, { value: true })).toMatchObject({ status: 404 });
    expect(sop.flags()).toEqual({ on: true });
  });

  it("is there for a hundred flags at most", () => {
    const flags = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, i]));
    const { ask } = scene({ flags });
    for (let i = 0; i < 100; i++) expect(ask(`PUT ${path(`f${i}`)}`, { value: 0 }).status).toBe(200);
    expect(ask(`PUT ${path("f100")}`, { value: 0 })).toMatchObject({ status: 409 });
    expect(ask(`PUT ${path("f99")}`, { value: 1 }).status).toBe(200);
  });

  it("is in the list and in the snapshot, however many flags there are", () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `f${String(i).padStart(4, "0")}`);
    const { ask } = scene({ flags: Object.fromEntries(names.map((name) => [name, 0])) });
    ask(`PUT ${path("f1499")}`, { value: 1 });
    const { total, flags } = ask("GET /debug/mw/flags?limit=1000").json;
    expect([total, flags.length, flags[998].flag, flags[999].flag]).toEqual([1_500, 1_000, "f0998", "f1499"]);
    expect(ask("GET /debug/mw/flags?overridden=true").json.flags).toMatchObject([{ flag: "f1499", value: 1 }]);
    expect(ask("GET /debug/mw/snapshot").json.flags.overridden).toMatchObject([{ flag: "f1499" }]);
    expect(ask(`GET ${path("f1200")}`).status).toBe(200);
  });

  it("of two operators is the last one's, with its expiry, and gives back what the layers say", () => {
    const { sop, clock, desk, ask } = scene({ flags: { a: 1 } });
    const a = sop.flag("a", 0);
    desk.flags.put("a", 2, 60_000, "CN=alice");
    desk.flags.put("a", 3, 10_000, "CN=bob");
    expect(ask(`GET ${path("a")}`).json.flag).toMatchObject({ value: 3, override: { by: "CN=bob" } });
    clock.advance(10_000);
    expect(a.value).toBe(1);
    clock.advance(60_000);
    expect(a.value).toBe(1);
    expect(desk.events.recent().map(({ data }) => data["by"] ?? data["change"])).not.toContain("removed");
  });

  it.each(["__proto__", "constructor", "toString"])("is there for a flag called %s", (name) => {
    for (const flags of [Object.fromEntries([[name, true]]), {}]) {
      const { sop, clock, ask } = scene({ flags });
      const flag = sop.flag(name, true);
      expect(ask(`PUT ${path(name)}`, { value: false, expiresIn: "10s" }).json.flag).toMatchObject({ value: false });
      expect(flag.value).toBe(false);
      clock.advance(10_000);
      expect(flag.value).toBe(true);
      expect(ask("GET /debug/mw/flags").json.flags).toMatchObject([{ flag: name, type: "boolean", value: true }]);
    }
  });
});
