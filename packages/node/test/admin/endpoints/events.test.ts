import { problem } from "@sop/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, type FeedEvent } from "../../../src/admin/endpoints/event-types.ts";
import { type Scene, scene } from "./support.ts";

function listening({ desk }: Scene): FeedEvent[] {
  const heard: FeedEvent[] = [];
  desk.events.listen((event) => heard.push(event));
  return heard;
}

function opening({ sop }: Scene) {
  const life = sop.lifecycle<undefined>({ name: "test", route: () => "/items/:id", respond: () => {} });
  const open = () => life.open({ method: "GET", headers: {} }, undefined, "127.0.0.1");
  return { life, open };
}

const kinds = (events: readonly FeedEvent[]): string[] => events.map(({ type }) => type);

describe("the event feed", () => {
  it("tells of panics where, what and for whom, their message masked", () => {
    const bench = scene();
    const heard = listening(bench);
    const { life, open } = opening(bench);
    const context = open();
    life.fail(context, new TypeError("cannot reach https://u:hunter2@db/?token=t0p"));
    const told = heard.find(({ type }) => type === "panic");
    expect(told).toMatchObject({
      at: bench.clock.now(),
      type: "panic",
      data: { type: "TypeError", name: "/items/:id", origin: "handler", route: "/items/:id", requestId: context.id },
    });
    expect(told?.data["where"]).toMatch(/:\d+$/);
    expect(JSON.stringify(heard)).not.toMatch(/hunter2|t0p/);
    expect(kinds(heard)).toContain("incident");
  });

  it("tells of breakers, flags, incidents, drains and of what an operator sets", () => {
    const bench = scene({ flags: { a: 1, "db.password": "x" } });
    const heard = listening(bench);
    bench.sop.breaker("redis").forceOpen();
    bench.ask("PUT /debug/mw/flags/a", { value: 2 });
    bench.ask("PUT /debug/mw/flags/db.password", { value: "hunter2" });
    bench.sop.openIncident("manual");
    bench.sop.markIncident("mitigated", "by hand");
    void bench.sop.drain("test");
    expect(kinds(heard)).toEqual(["breaker", "flag", "override", "flag", "override", "incident", "incident", "drain"]);
    expect(heard[0]?.data).toMatchObject({
      breaker: "redis",
      previous: "closed",
      state: "forced_open",
      cause: "manual",
    });
    expect(heard[1]?.data).toEqual({ flag: "a", value: 2, previous: 1, source: "operator" });
    expect(heard[6]?.data).toMatchObject({ step: "mitigated", detail: "by hand" });
    expect(JSON.stringify(heard)).not.toContain("hunter2");
  });

  it("keeps the last 200 notable ones for those who come later, and gives what came after one", () => {
    const { desk, clock } = scene();
    for (let i = 0; i < 300; i++) {
      desk.events.tell("alert", { i });
      clock.advance(1_000);
    }
    const kept = desk.events.recent();
    expect(kept.map(({ data }) => data["i"])).toEqual(Array.from({ length: 200 }, (_, i) => i + 100));
    expect(desk.events.recent(kept[197]?.id)).toEqual(kept.slice(198));
    expect(desk.events.recent("of-another-process-1")).toEqual(kept);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(200);
  });

  it("tells of refused and late requests as numbers, once a second, and only while somebody listens", () => {
    const bench = scene({ policies: [{ name: "overload", admit: () => problem("SOP_OVERLOAD", "x") }] });
    const { life, open } = opening(bench);
    for (let i = 0; i < 50; i++) life.admit(open());
    expect(bench.desk.events.recent()).toEqual([]);
    const heard: FeedEvent[] = [];
    const stop = bench.desk.events.listen((event) => heard.push(event));
    for (let i = 0; i < 5_000; i++) life.admit(open());
    expect(heard).toEqual([]);
    bench.clock.advance(1_000);
    expect(heard).toMatchObject([{ type: "refused", data: { total: 5_000, by: [{ by: "overload", count: 5_000 }] } }]);
    stop();
    for (let i = 0; i < 50; i++) life.admit(open());
    bench.clock.advance(5_000);
    expect(heard).toHaveLength(1);
  });

  it("bounds floods: twenty of a kind in a second, then how many were left out", () => {
    const bench = scene();
    const heard = listening(bench);
    const { life, open } = opening(bench);
    for (let i = 0; i < 5_000; i++) life.fail(open(), new Error("down"));
    expect(kinds(heard).filter((type) => type === "panic")).toHaveLength(20);
    bench.clock.advance(1_000);
    expect(heard.filter(({ type }) => type === "omitted").map(({ data }) => data)).toContainEqual({
      type: "panic",
      count: 4_980,
    });
    life.fail(open(), new Error("down"));
    expect(heard.at(-1)?.type).toBe("panic");
  });

  it("is not stopped by a listener that throws, and does not harm the request", () => {
    const bench = scene();
    bench.desk.events.listen(() => {
      throw new Error("a listener's own");
    });
    const heard = listening(bench);
    const { life, open } = opening(bench);
    expect(life.fail(open(), new Error("down"))).toMatchObject({ status: 503 });
    expect(kinds(heard)).toContain("panic");
  });

  it("never tells more than its bounds in a second, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...EVENT_TYPES), fc.nat(300)), { maxLength: 60 }), (steps) => {
        const { desk, clock } = scene();
        const heard: FeedEvent[] = [];
        desk.events.listen((event) => heard.push(event));
        const told = new Map<string, number>();
        for (const [type, ms] of steps) {
          for (let i = 0; i < 10; i++) desk.events.tell(type, {});
          told.set(type, (told.get(type) ?? 0) + 10);
          clock.advance(ms);
        }
        clock.advance(1_000);
        const counted = heard.reduce((sum, { type, data }) => {
          return sum + (type === "omitted" && "count" in data ? (data["count"] as number) : 1);
        }, 0);
        expect(counted).toBe([...told.values()].reduce((sum, n) => sum + n, 0));
        const ids = heard.map(({ id }) => Number(id.split("-")[1]));
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
        expect(desk.events.recent().length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 30 },
    );
  });
});
