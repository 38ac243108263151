import { retryBudget } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { JumpingClock } from "./calls.ts";

describe("a retry budget", () => {
  test("in no span of time gives more than burst, ratio of the calls and the minimum a second", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant("call"), n: fc.integer({ min: 1, max: 50 }) }) },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant("retry"), n: fc.integer({ min: 1, max: 50 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), n: fc.integer({ min: -2_000, max: 20_000 }) }) },
    );
    const options = fc.record({
      ratio: fc.double({ min: 0, max: 1, noNaN: true }),
      minPerSecond: fc.double({ min: 0, max: 20, noNaN: true }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const clock = new JumpingClock();
        const budget = retryBudget({ ...given, clock });
        const history: { calls: number; retries: number; seconds: number }[] = [{ calls: 0, retries: 0, seconds: 0 }];
        for (const { kind, n } of steps) {
          const now = { ...(history.at(-1) as (typeof history)[number]) };
          if (kind === "wait") clock.jumped += n;
          if (kind === "wait") now.seconds += Math.max(0, n) / 1_000;
          for (let i = 0; i < n && kind === "call"; i++) budget.deposit();
          if (kind === "call") now.calls += n;
          for (let i = 0; i < n && kind === "retry"; i++) now.retries += budget.withdraw() ? 1 : 0;
          history.push(now);
        }
        for (const [i, from] of history.entries()) {
          for (const to of history.slice(i)) {
            const most =
              given.burst + given.ratio * (to.calls - from.calls) + given.minPerSecond * (to.seconds - from.seconds);
            expect(to.retries - from.retries).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  test("is full when new: 100 retries, then one for five calls and one a second", () => {
    const clock = new FakeClock();
    const budget = retryBudget({ clock });
    expect(budget.left).toBe(100);
    for (let i = 0; i < 100; i++) expect(budget.withdraw()).toBe(true);
    expect(budget.withdraw()).toBe(false);
    for (let i = 0; i < 10; i++) budget.deposit();
    expect(budget.left).toBe(2);
    clock.advance(3_000);
    expect(budget.left).toBe(5);
  });

  test("takes a clock that goes back for one that stands still", () => {
    const clock = new JumpingClock();
    const budget = retryBudget({ clock });
    clock.jumped = -3_600_000;
    expect(budget.left).toBe(100);
    for (let i = 0; i < 10; i++) budget.withdraw();
    clock.advance(4_000);
    expect(budget.left).toBe(94);
  });

  test("refuses options that are wrong", () => {
    expect(() => retryBudget({ ratio: -1, burst: 0 })).toThrow(
      "ratio: got -1, expected a number of 0 to 1; burst: got 0, expected a number of 1 to 100000",
    );
  });
});
