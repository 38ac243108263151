import { type DrainNotice, drainProcess, OptionError, type SopOptions } from "@sop/core";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Bench, bench as fakes } from "./support/fake.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

// One that is left behind would take part in the drain of the process.
function bench(options?: SopOptions): Bench {
  const made = fakes(options);
  onTestFinished(() => made.sop.dispose());
  return made;
}

/** Whether a request that arrives now is admitted. */
function admits({ life, open }: Bench): boolean {
  const context = open();
  const refusal = life.admit(context);
  life.close(context, refusal?.status ?? 200, "finished");
  return refusal === undefined;
}

/** A hook that is over when the test says so. */
function door(b: Bench): { readonly notices: DrainNotice[]; close(): void } {
  const notices: DrainNotice[] = [];
  let close = (): void => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  b.sop.onDrain((notice) => {
    notices.push(notice);
    return closed;
  }, "connections");
  return { notices, close: () => close() };
}

describe("a drain with a wait", () => {
  test("is not ready at once, and serves until the wait is over", async () => {
    const b = bench({ drain: { wait: "2s" } });
    void b.sop.drain();
    expect([b.sop.state, admits(b)]).toEqual(["draining", true]);
    b.clock.advance(1_999);
    await settled();
    expect(admits(b)).toBe(true);
    b.clock.advance(1);
    await settled();
    expect([b.sop.state, admits(b)]).toEqual(["drained", false]);
  });

  test("takes no longer than its limit in all", async () => {
    const b = bench({ drain: { wait: "2s", limit: "3s" } });
    const context = b.open();
    const done = b.sop.drain();
    b.clock.advance(2_000);
    await settled();
    b.clock.advance(1_000);
    await done;
    expect(b.replies(context)).toHaveLength(1);
  });

  test("leaves no timer behind", async () => {
    const b = bench({ drain: { wait: "2s" } });
    const done = b.sop.drain();
    b.clock.advance(2_000);
    await done;
    expect(b.clock.pending).toBe(0);
  });
});

describe("a drain that closes connections", () => {
  test("has them closed after the wait, and serves what still arrives until they are", async () => {
    const b = bench({ drain: { wait: "1s", spread: "5s" } });
    const { notices, close } = door(b);
    const done = b.sop.drain("deploy");
    await settled();
    expect(notices).toEqual([]);
    b.clock.advance(1_000);
    await settled();
    expect(notices).toMatchObject([{ reason: "deploy", crashed: false, spread: 5_000 }]);
    expect(admits(b)).toBe(true);
    close();
    await done;
    expect(admits(b)).toBe(false);
  });

  test("waits for connections first and then for what came over the last of them", async () => {
    const b = bench();
    const { close } = door(b);
    const order: string[] = [];
    b.sop.onDrain(() => void order.push("pools"));
    const done = b.sop.drain();
    const last = b.open();
    b.life.admit(last);
    close();
    await settled();
    expect(order).toEqual([]);
    b.life.close(last, 200, "finished");
    await done;
    expect(order).toEqual(["pools"]);
  });

  test("tells those who close them of the requests in flight, and of the limit", async () => {
    const b = bench({ drain: { limit: "1s" } });
    const { notices } = door(b);
    const context = b.open();
    const done = b.sop.drain();
    expect(notices[0]?.requests()).toEqual([context]);
    expect(notices[0]?.signal.aborted).toBe(false);
    b.clock.advance(1_000);
    await done;
    expect(notices[0]?.signal.aborted).toBe(true);
  });

  test("refuses again when the hook was taken away", () => {
    const b = bench();
    b.sop.onDrain(() => {}, "connections")();
    void b.sop.drain();
    expect(admits(b)).toBe(false);
  });
});

describe("a crash", () => {
  test("waits for no balancer, and refuses what is new even while connections are closed", () => {
    const b = bench({ drain: { wait: "2s" } });
    const { notices } = door(b);
    b.host.crash(new Error("boom"));
    expect(notices).toMatchObject([{ reason: "uncaughtException", crashed: true }]);
    expect(admits(b)).toBe(false);
  });

  test("during the wait of a planned drain ends it", async () => {
    const b = bench({ drain: { wait: "2s" } });
    const { notices, close } = door(b);
    void b.sop.drain("SIGTERM");
    b.host.crash(new Error("boom"));
    expect(admits(b)).toBe(false);
    await settled();
    expect(notices).toMatchObject([{ reason: "SIGTERM", crashed: true }]);
    close();
    await settled();
    expect(b.host.exits).toEqual([1]);
  });

  test("while connections are closed refuses from then on", () => {
    const b = bench();
    door(b);
    void b.sop.drain();
    expect(admits(b)).toBe(true);
    b.host.crash(new Error("boom"));
    expect(admits(b)).toBe(false);
  });
});

describe("the drain of the process", () => {
  test("is the drain of all its Sops, and ends with 0", async () => {
    const [first, second] = [bench(), bench()];
    expect(await drainProcess("SIGTERM")).toBe(0);
    expect([first.sop.state, second.sop.state]).toEqual(["drained", "drained"]);
  });

  test("ends with 1 where a crash came in between", async () => {
    const b = bench();
    const context = b.open();
    const code = drainProcess("SIGTERM");
    b.host.crash(new Error("boom"));
    b.life.close(context, 200, "finished");
    expect(await code).toBe(1);
  });
});

describe("times of a drain", () => {
  test.each<[SopOptions["drain"] & object, string]>([
    [{ wait: "30s" }, "drain.wait"],
    [{ wait: 200, limit: 200 }, "drain.wait"],
    [{ spread: 40_000 }, "drain.spread"],
    [{ spread: "1s", limit: "1s" }, "drain.spread"],
  ])("%j are told to be impossible", (drain, path) => {
    const wrong = (): Bench => bench({ drain });
    expect(wrong).toThrow(OptionError);
    expect(wrong).toThrow(path);
    expect(wrong).toThrow("less than drain.limit");
  });

  test("with a limit of 0 are possible", async () => {
    const b = bench({ drain: { limit: 0 } });
    b.open();
    const done = b.sop.drain();
    b.clock.advance(0);
    await done;
    expect(b.sop.state).toBe("drained");
  });
});

type Step = { readonly do: "drain" | "crash" | "request" | "answer" | "closed" } | { readonly pass: number };

const steps = fc.array(
  fc.oneof(
    fc.constantFrom<Step>({ do: "drain" }, { do: "crash" }, { do: "request" }, { do: "answer" }, { do: "closed" }),
    fc.record({ pass: fc.integer({ min: 1, max: 4_000 }) }),
  ),
  { maxLength: 40 },
);
const ORDER = ["serving", "draining", "drained"];

test("whatever happens in whatever order: states only go forward, hooks are called once, and the limit holds", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (history, hasDoor) => {
      const b = fakes({ drain: { wait: "1s", limit: "5s" } });
      const calls: string[] = [];
      const entry = hasDoor ? door(b) : undefined;
      b.sop.onDrain(() => void calls.push("pools"));
      const running = [b.open()];
      let begun: number | undefined;
      let crashed = false;
      for (const step of history) {
        const before = ORDER.indexOf(b.sop.state);
        if ("pass" in step) b.clock.advance(step.pass);
        else if (step.do === "drain") void b.sop.drain();
        else if (step.do === "crash") b.host.crash(new Error("boom"));
        else if (step.do === "closed") entry?.close();
        else if (step.do === "request") {
          const context = b.open();
          const refusal = b.life.admit(context);
          if (crashed || b.sop.state === "drained") expect(refusal).toBeDefined();
          if (b.sop.state === "serving") expect(refusal).toBeUndefined();
          running.push(context);
        } else {
          const context = running.shift();
          if (context) b.life.close(context, 200, "finished");
        }
        crashed ||= "do" in step && step.do === "crash";
        await settled();
        expect(ORDER.indexOf(b.sop.state)).toBeGreaterThanOrEqual(before);
        if (b.sop.state !== "serving") begun ??= b.clock.monotonic();
        if (begun !== undefined && b.clock.monotonic() - begun >= 5_000) expect(b.sop.state).toBe("drained");
      }
      expect(calls.length).toBe(b.sop.state === "drained" ? 1 : Math.min(calls.length, 1));
      expect(entry?.notices.length ?? 0).toBeLessThanOrEqual(1);
      b.sop.dispose();
    }),
    { numRuns: 200 },
  );
});
