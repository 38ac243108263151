import type { RuleChange, RuleOptions, SopOptions } from "@sop/core";
import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../support/fake.ts";

const ERRORS: RuleOptions = {
  name: "Errors",
  when: { metric: "error_ratio", above: 0.05, window: "10s" },
  for: "5s",
  set: { "redis.enabled": false },
  recover: { after: "20s", steps: [10, 50, 100], every: "10s" },
  cooldown: "30s",
};

interface Watched extends Bench {
  readonly changes: RuleChange[];
  /** Lets seconds pass, in each of which a hundred requests are answered, `errors` of ten by 500. */
  pass(seconds: number, errors?: number, route?: string): void;
}

function watched(rule: Partial<RuleOptions> = {}, options: SopOptions = {}): Watched {
  const changes: RuleChange[] = [];
  const observer = { ruleChanged: (change: RuleChange) => void changes.push(change) };
  const made = bench({ rules: [{ ...ERRORS, ...rule }], observers: [observer], ...options });
  return {
    ...made,
    changes,
    pass(seconds, errors = 0, route = "/items/:id") {
      for (let second = 0; second < seconds; second++) {
        for (let i = 0; i < 100; i++)
          made.life.close(made.open({}, { route }), i % 10 < errors ? 500 : 200, "finished");
        made.clock.advance(1_000);
      }
    },
  };
}

/** How many of a thousand requests of different users see the flag off. */
function shareOff({ sop, open, asyncContext, life }: Bench, flag = "redis.enabled"): number {
  const handle = sop.flag(flag, true);
  let off = 0;
  for (let i = 0; i < 1_000; i++) {
    const context = open();
    asyncContext.run(context, () => {
      if (!handle.value) off++;
    });
    life.close(context, 200, "finished");
  }
  return off / 1_000;
}

describe("a rule", () => {
  it("throws its flag within a second of its time, for all requests", () => {
    const service = watched();
    const flag = service.sop.flag("redis.enabled", true);
    service.pass(20);
    expect(flag.value).toBe(true);
    service.pass(5, 5);
    expect(flag.value).toBe(true);
    service.pass(2, 5);
    expect(flag.value).toBe(false);
    expect(service.sop.rules()).toEqual([{ name: "Errors", state: "active", dryRun: false, back: 0, actions: 1 }]);
  });

  it("does not act on what lasts shorter than its time", () => {
    const service = watched({ for: "15s" });
    service.pass(20);
    service.pass(1, 6);
    service.pass(20);
    expect(service.changes.map(({ to }) => to)).toEqual(["pending", "idle"]);
  });

  it("stands above all sources, and lets go of the flag when it has recovered", () => {
    const service = watched({}, { flags: { "redis.enabled": true } });
    service.pass(10, 5);
    expect(service.sop.flags()).toEqual({ "redis.enabled": false });
    service.pass(60);
    expect(service.sop.flags()).toEqual({ "redis.enabled": true });
    expect(service.sop.explain("redis.enabled").layers).toMatchObject([
      { layer: "code", outcome: "decides" },
      { layer: "rules", outcome: "absent" },
    ]);
  });

  it("gives the flag back in steps, each watched, and moves nobody back", () => {
    const service = watched();
    service.pass(10, 5);
    expect(shareOff(service)).toBe(1);
    service.pass(30);
    expect(shareOff(service)).toBeCloseTo(0.9, 1);
    service.pass(10);
    expect(shareOff(service)).toBeCloseTo(0.5, 1);
    service.pass(10);
    expect(shareOff(service)).toBe(0);
    service.pass(10);
    expect(service.changes.map(({ to, back }) => `${to} ${back}`)).toEqual([
      "pending 100",
      "active 0",
      "recovering 10",
      "recovering 50",
      "recovering 100",
      "cooling 100",
    ]);
  });

  it("throws it again for all when a step fails", () => {
    const service = watched();
    service.pass(10, 5);
    service.pass(40);
    expect(service.sop.rules()[0]).toMatchObject({ state: "recovering", back: 50 });
    service.pass(1, 5);
    expect(service.sop.rules()[0]).toMatchObject({ state: "active", back: 0, actions: 2 });
    expect(shareOff(service)).toBe(1);
  });

  it("keeps a gray split of the flag for those to whom it gives the flag back", () => {
    const split = {
      variants: { on: true, off: false },
      defaultVariant: "off",
      targeting: { if: [{ "==": [{ var: "method" }, "GET"] }, "on", "off"] },
    };
    const service = watched({}, { flags: { "redis.enabled": split } });
    service.pass(10, 5);
    service.pass(30);
    const handle = service.sop.flag("redis.enabled", true);
    const given = Array.from({ length: 200 }, (_, i) => {
      const at = (method: string) => handle.evaluate({ targetingKey: `user-${i}`, method }).value;
      return [at("GET"), at("POST")] as const;
    });
    const back = given.filter(([get]) => get);
    expect(back.length).toBeGreaterThan(5);
    expect(back.length).toBeLessThan(40);
    expect(given.every(([, post]) => post === false)).toBe(true);
  });

  it("lets go only when the figure is clearly better than at the threshold", () => {
    const service = watched({ when: { metric: "error_ratio", above: 0.2, clear: 0.1, window: "10s" }, for: 0 });
    service.pass(15, 3);
    service.pass(60, 2);
    expect(service.sop.rules()[0]?.state).toBe("active");
    service.pass(40, 1);
    expect(service.sop.rules()[0]?.state).not.toBe("active");
  });

  it("keeps the flag thrown while the signal flaps", () => {
    const flips: unknown[] = [];
    const service = watched();
    service.sop.observe({ flagChanged: ({ value }) => void flips.push(value) });
    for (let minute = 0; minute < 20; minute++) {
      service.pass(15, 5);
      service.pass(25);
    }
    expect(flips).toEqual([false]);
    expect(service.sop.rules()[0]).toMatchObject({ state: "active", actions: 1 });
  });

  it("rests after it has recovered", () => {
    const service = watched();
    service.pass(10, 5);
    service.pass(60);
    expect(service.sop.rules()[0]?.state).toBe("cooling");
    service.pass(15, 5);
    expect(service.sop.rules()[0]?.state).toBe("cooling");
    service.pass(30, 5);
    expect(service.sop.rules()[0]?.state).toBe("active");
  });

  it("gives nothing back while it may not act once more: it may have to", () => {
    const service = watched({ maxActions: 1 });
    service.pass(10, 5);
    service.pass(3_590);
    expect(service.sop.rules()[0]?.state).toBe("active");
    service.pass(10);
    expect(service.sop.rules()[0]?.state).toBe("recovering");
  });

  it("waits for room where as many rules are active as may be, and says so once", () => {
    const second: RuleOptions = { ...ERRORS, name: "Second", set: { search: false } };
    const service = watched({}, { rules: [ERRORS, second], maxActiveRules: 1 });
    service.pass(15, 5);
    expect(service.sop.rules().map(({ state }) => state)).toEqual(["active", "pending"]);
    const held = service.changes.filter((change) => change.held);
    expect(held).toMatchObject([{ rule: "Second", held: "maxActiveRules" }]);
    expect(service.sop.flags()).toEqual({ "redis.enabled": false });
  });

  it("tells in a dry run what it would do, and does nothing", () => {
    const service = watched({ dryRun: true });
    service.pass(10, 5);
    expect(service.sop.flags()).toEqual({});
    expect(service.sop.incident).toBeUndefined();
    expect(service.log.lines.map(({ message }) => message)).toContain("rule would act");
    expect(service.sop.rules()[0]).toMatchObject({ state: "active", dryRun: true });
  });

  it("opens an incident that says what it did and why", () => {
    const service = watched();
    service.pass(10, 5);
    expect(service.sop.incident?.triggers).toMatchObject([{ kind: "Errors" }]);
    expect(service.sop.incident?.timeline).toMatchObject([
      { step: "mitigated", detail: "the rule Errors threw redis.enabled: error_ratio 0.5 (> 0.05 in 10 s)" },
    ]);
  });

  it("keeps its incident open until it has given everything back", () => {
    const service = watched({ recover: { after: "5m", steps: [100], every: "10s" } }, { incidents: { quiet: "30s" } });
    service.pass(10, 5);
    service.pass(300);
    expect(service.sop.incident?.state).toBe("open");
    service.pass(60);
    expect(service.sop.incident).toBeUndefined();
  });

  it("needs no timer where there is none", () => {
    expect(bench().clock.pending).toBe(0);
  });

  it("is evaluated no more once its Sop is disposed of", () => {
    const service = watched();
    service.sop.dispose();
    service.pass(20, 5);
    expect(service.sop.flags()).toEqual({});
    expect(service.clock.pending).toBe(0);
  });

  it("does not act on a process that stood still, but on what happens then", () => {
    const service = watched();
    service.pass(20);
    service.clock.block(3_600_000);
    service.pass(2);
    expect(service.changes).toEqual([]);
    service.pass(8, 5);
    expect(service.sop.rules()[0]?.state).toBe("active");
  });
});

describe("a condition", () => {
  const at = (when: RuleOptions["when"], options?: SopOptions) => watched({ when, for: 0 }, options);
  const state = ({ sop }: Watched) => sop.rules()[0]?.state;

  it("is compound", () => {
    const slow: RuleOptions["when"] = { metric: "p95", above: 0.3, window: "10s" };
    const all = at({ all: [ERRORS.when, slow] });
    all.pass(10, 5);
    expect(state(all)).toBe("idle");
    const any = at({ any: [ERRORS.when, slow] });
    any.pass(2, 5);
    expect(state(any)).toBe("active");
    const not = at({ all: [ERRORS.when, { not: slow }] });
    not.pass(2, 5);
    expect(state(not)).toBe("active");
  });

  it("does not hold where there is nothing to know it from, nor does its negation", () => {
    const bare = at({ metric: "error_ratio", atMost: 0.5 });
    bare.clock.advance(60_000);
    expect(state(bare)).toBe("idle");
    const negated = at({ not: { metric: "error_ratio", above: 0.5 } });
    negated.clock.advance(60_000);
    expect(state(negated)).toBe("idle");
  });

  it("knows durations as Prometheus does: linear within a bucket", () => {
    const service = at({ metric: "p50", atLeast: 0.25, window: "10s" });
    const slow = (ms: number) => {
      const context = service.open();
      service.clock.advance(ms);
      service.life.close(context, 200, "finished");
    };
    for (let i = 0; i < 10; i++) slow(210);
    service.clock.advance(1_000);
    expect(service.changes[0]?.evidence).toEqual([{ what: "p50", value: 0.25, limit: ">= 0.25 in 10 s" }]);
  });

  it("can be about one route", () => {
    const service = at({ metric: "error_ratio", above: 0.05, route: "/orders" });
    service.pass(5, 5, "/items");
    expect(state(service)).toBe("idle");
    service.pass(2, 5, "/orders");
    expect(state(service)).toBe("active");
  });

  it("can be about the rate, and about requests in flight", () => {
    const fast = at({ metric: "rate", atLeast: 100, window: "10s" });
    fast.pass(2);
    expect(state(fast)).toBe("active");
    const full = at({ metric: "in_flight", above: 2 });
    for (let i = 0; i < 3; i++) full.open();
    full.clock.advance(1_000);
    expect(state(full)).toBe("active");
  });

  it("can be about panics, canceled and degraded requests", () => {
    const panics = at({ metric: "panic_ratio", above: 0.005 });
    panics.pass(1);
    panics.life.fail(panics.open(), new Error("broken"));
    panics.clock.advance(1_000);
    expect(state(panics)).toBe("active");

    const degraded = at({ metric: "degraded_ratio", above: 0.5 }, { flags: { search: false } });
    const search = degraded.sop.degradable("search", { primary: () => 1, fallback: { value: 0 } });
    for (let i = 0; i < 100; i++) search();
    degraded.pass(1);
    degraded.clock.advance(1_000);
    expect(state(degraded)).toBe("active");
  });

  it("can be about a breaker's state; one that nobody made is in none", () => {
    const service = at({ breaker: "redis", state: "forced_open" });
    service.clock.advance(2_000);
    expect(state(service)).toBe("idle");
    service.sop.breaker("redis").forceOpen();
    service.clock.advance(1_000);
    expect(state(service)).toBe("active");
  });

  it("can be about crashes, those of earlier processes too: their incident is the one that is mitigated", () => {
    const told: string[] = [];
    const crashes = { read: () => [1_700_000_990_000], mitigated: (detail: string) => void told.push(detail) };
    const service = at({ metric: "crashes", atLeast: 1, window: "5m" }, { ports: { crashes } });
    service.clock.advance(0);
    expect(state(service)).toBe("active");
    expect(told).toEqual(["the rule Errors threw redis.enabled: crashes 1 (>= 1 in 300 s)"]);
    expect(service.sop.incident).toBeUndefined();
    service.clock.advance(315_000);
    expect(state(service)).toBe("recovering");
  });

  it("can be about a crash that the process survives", () => {
    const service = at({ metric: "crashes", atLeast: 1 }, { onCrash: "continue" });
    service.host.crash(new Error("late"));
    service.clock.advance(1_000);
    expect(state(service)).toBe("active");
  });
});
