import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { scene } from "./support.ts";

describe("the snapshot", () => {
  it("has everything at a glance, in one answer", async () => {
    const { sop, clock, ask, askBlocked } = scene({
      flags: { parse: true },
      overload: { maxInFlight: 10 },
      faults: { injectors: [{ middleware: "auth", mode: "abort" }] },
      rules: [{ name: "Busy", when: { metric: "in_flight", atLeast: 1 }, set: { parse: false } }],
      sources: [
        {
          name: "etcd",
          async *watch() {
            yield { state: "STALE", problem: "out of reach" };
          },
        },
      ],
    });
    await setImmediate();
    const life = sop.lifecycle<undefined>({ name: "test", route: () => "/slow", respond: () => {} });
    const context = life.open({ method: "GET", headers: {} }, undefined, "127.0.0.1");
    sop.breaker("calm");
    sop.breaker("redis").forceOpen();
    clock.advance(1_000);
    ask("PUT /debug/mw/flags/parse", { value: true, expiresIn: "5m" });
    const { json } = ask("GET /debug/mw/snapshot");
    expect(json).toMatchObject({
      live: true,
      service: { name: "shop", state: "serving", pid: process.pid, node: process.version },
      signals: { window: 60_000, inFlight: 1 },
      overload: { concurrency: { inFlight: 0, limit: 10 } },
      incident: { id: sop.incident?.id, trigger: "Busy", steps: ["mitigated"] },
      breakers: { total: 2, notClosed: 1, rows: [{ name: "redis", state: "forced_open" }] },
      rules: { total: 1, acting: [{ name: "Busy", state: "active" }] },
      flags: { total: 1, overridden: [{ flag: "parse", value: true, override: { by: "CN=alice" } }] },
      faults: { injectors: 1 },
      sources: [{ source: "etcd", state: "STALE", problem: "out of reach" }],
      requests: { total: 1, oldest: [{ id: context.id, route: "/slow", age: 1_000 }] },
    });
    expect(json.service.uptime).toBeGreaterThan(0);
    expect(askBlocked("GET /debug/mw/snapshot").json).toMatchObject({ live: false, breakers: { notClosed: 1 } });
  });

  it("has what there is of a service that uses next to nothing", () => {
    const { json } = scene().ask("GET /debug/mw/snapshot");
    for (const field of ["overload", "fleet", "incident"]) expect(json).not.toHaveProperty(field);
  });
});

describe("rules and signals", () => {
  it("are told by themselves too", () => {
    const rule = { name: "Busy", when: { metric: "in_flight", atLeast: 5 }, set: { parse: false } } as const;
    const { ask } = scene({ flags: { parse: true }, rules: [rule] });
    expect(ask("GET /debug/mw/rules").json.rules).toEqual([
      { name: "Busy", state: "idle", dryRun: false, back: 100, actions: 0 },
    ]);
    expect(ask("GET /debug/mw/signals").json).toMatchObject({ signals: { requests: 0, errorRatio: 0 } });
  });
});
