import fc from "fast-check";
import { expect, it } from "vitest";
import { Budget } from "../../src/watchdog/incidents/budget.ts";

const HOUR = 3_600_000;

it("gives so many within an hour and counts the others", () => {
  const budget = new Budget(2);
  expect([budget.take(0), budget.take(10), budget.take(20), budget.take(30), budget.refused]).toEqual([
    true,
    true,
    false,
    false,
    2,
  ]);
  expect([budget.take(HOUR), budget.refused, budget.take(HOUR + 5)]).toEqual([true, 0, false]);
});

it("never gives more within any hour, whenever it is asked", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.array(fc.integer({ min: 0, max: HOUR / 4 })), (most, pauses) => {
      const budget = new Budget(most);
      const taken: number[] = [];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        if (budget.take(now)) taken.push(now);
        expect(taken.filter((at) => now - at < HOUR).length).toBeLessThanOrEqual(most);
      }
    }),
  );
});
