import { type Call, type HedgeOptions, hedge, retryBudget, SopError } from "@sop/core";
import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { Manual, pass, turn, watch } from "./calls.ts";

function bench(options: HedgeOptions = {}) {
  const clock = new FakeClock();
  const manual = new Manual();
  const policy = hedge({ clock, delay: 100, idempotent: true, ...options });
  return { clock, policy, manual };
}

describe("a call that takes long", () => {
  test("gets a second attempt beside it; the first success wins, and the other's signal is aborted", async () => {
    const { clock, policy, manual } = bench();
    const call = watch(policy.execute(manual.task));
    await pass(clock, 99, 1);
    expect(manual.calls).toHaveLength(1);
    await pass(clock, 1);
    expect(manual.calls).toHaveLength(2);
    manual.calls[1]?.resolve("second");
    await turn();
    expect(call.state).toBe("value:second");
    expect(manual.calls[0]?.signal.reason).toEqual(new SopError("SOP_CANCELED", "another attempt was faster"));
    expect(manual.calls[1]?.signal.aborted).toBe(false);
    expect(policy).toMatchObject({ hedges: 1, wins: 1 });
    expect(clock.pending).toBe(0);
  });

  test("gets no more attempts than maxHedges, each after the delay and with its number", async () => {
    const { clock, policy } = bench({ maxHedges: 2 });
    const attempts: number[] = [];
    const task = ({ attempt }: Call): Promise<never> => {
      attempts.push(attempt);
      return new Promise(() => {});
    };
    watch(policy.execute(task));
    await pass(clock, 1_000, 100);
    expect(attempts).toEqual([1, 2, 3]);
  });

  test("fails when all its attempts have, with the error of the last", async () => {
    const { clock, policy, manual } = bench();
    const call = watch(policy.execute(manual.task));
    await pass(clock, 100);
    manual.calls[0]?.reject(new Error("first"));
    await turn();
    expect(call.state).toBe("pending");
    manual.calls[1]?.reject(new Error("second"));
    await turn();
    expect(call.state).toBe("error:second");
  });

  test("lets go of the answer that comes too late", async () => {
    const { clock, policy, manual } = bench();
    watch(policy.execute(manual.task));
    await pass(clock, 100);
    manual.calls[0]?.resolve("first");
    await turn();
    const cancel = vi.fn();
    manual.calls[1]?.resolve({ body: { cancel } });
    await turn();
    expect(cancel).toHaveBeenCalledOnce();
  });
});

describe("a call is made once", () => {
  test("that fails before the delay: a hedge is no retry", async () => {
    const { clock, policy, manual } = bench();
    const call = watch(policy.execute(manual.task));
    manual.calls[0]?.reject(new Error("at once"));
    await pass(clock, 500, 100);
    expect(call.state).toBe("error:at once");
    expect(manual.calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("unless it is declared idempotent", async () => {
    const { clock, policy, manual } = bench({ idempotent: false });
    watch(policy.execute(manual.task));
    await pass(clock, 500, 100);
    expect(manual.calls).toHaveLength(1);
    watch(policy.execute(manual.task, { idempotent: true }));
    await pass(clock, 500, 100);
    expect(manual.calls).toHaveLength(3);
  });

  test("where the budget is used up", async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0, burst: 1, clock: new FakeClock() });
    const { clock, policy, manual } = bench({ budget });
    for (let i = 0; i < 3; i++) watch(policy.execute(manual.task));
    await pass(clock, 500, 100);
    expect(manual.calls).toHaveLength(4);
  });

  test("where its deadline has passed", async () => {
    const { clock, policy, manual } = bench();
    watch(policy.execute(manual.task, { deadline: clock.monotonic() + 100 }));
    await pass(clock, 500, 100);
    expect(manual.calls).toHaveLength(1);
  });

  test("once it was given up: all attempts are, and no timer is left", async () => {
    const { clock, policy, manual } = bench({ maxHedges: 5 });
    const controller = new AbortController();
    const call = watch(policy.execute(manual.task, { signal: controller.signal }));
    await pass(clock, 100);
    controller.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
    expect(manual.calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(clock.pending).toBe(0);
  });
});

describe("a delay that is a percentile", () => {
  const takes = (clock: FakeClock, ms: number) => (): Promise<void> =>
    new Promise((resolve) => clock.setTimeout(resolve, ms));

  test("is measured: nothing is hedged before 16 calls, then those slower than most", async () => {
    const { clock, policy, manual } = bench({ delay: { percentile: 0.75 } });
    for (let i = 1; i <= 16; i++) {
      expect(policy.delay).toBeUndefined();
      watch(policy.execute(takes(clock, i * 10)));
      await pass(clock, i * 10);
    }
    expect(policy.delay).toBe(120);
    watch(policy.execute(manual.task));
    await pass(clock, 120);
    expect(manual.calls).toHaveLength(2);
  });

  test("counts the attempts that lost, so that the slowest are not forgotten", async () => {
    const { clock, policy } = bench({ delay: { percentile: 0.75 } });
    for (let i = 0; i < 16; i++) {
      watch(policy.execute(takes(clock, 10)));
      await pass(clock, 10);
    }
    for (let i = 0; i < 40; i++) {
      const slow = [takes(clock, 1_000), takes(clock, 10)];
      watch(policy.execute(() => (slow.shift() as () => Promise<void>)()));
      await pass(clock, 30, 10);
    }
    expect(policy.delay).toBeGreaterThan(10);
  });
});

test.each([
  [{ delay: 0 }, "delay: got 0, expected a duration of 1 to"],
  [{ delay: { percentile: 1 } }, "delay.percentile: got 1, expected a number of 0.01 to 0.999"],
  [{ delay: { share: 1 } }, "delay.share: got 1, expected no such option"],
  [{ maxHedges: 11 }, "maxHedges: got 11, expected a whole number of 1 to 10"],
])("hedge(%j) is refused: %s", (options, message) => {
  expect(() => hedge(options as never)).toThrow(message);
});
