import fc from "fast-check";
import { expect, it } from "vitest";
import { RateLimit } from "../../src/admin/guard/rate.ts";

it("never lets more than the limit through in any window, and never fewer", () => {
  const steps = fc.array(fc.record({ key: fc.constantFrom("a", "b"), wait: fc.integer({ min: 0, max: 700 }) }));
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (calls, limit) => {
      let now = 0;
      const rate = new RateLimit(limit, 1_000, () => now);
      const taken: Record<string, number[]> = { a: [], b: [] };
      for (const { key, wait } of calls) {
        now += wait;
        const times = taken[key] as number[];
        const recent = times.filter((at) => now - at < 1_000);
        const pause = rate.take(key);
        expect(pause === 0).toBe(recent.length < limit);
        if (pause === 0) times.push(now);
        // After the time that it was told, it may.
        else expect(times.filter((at) => now + pause - at < 1_000).length).toBeLessThan(limit);
      }
    }),
  );
});

it("what is known is bounded, however many keys there are", () => {
  const rate = new RateLimit(5, 60_000, () => 0);
  for (let i = 0; i < 100_000; i++) rate.take(`2001:db8::${i.toString(16)}`);
  expect(rate.size).toBeLessThanOrEqual(1_000);
});

it("forgets who was quiet first", () => {
  const rate = new RateLimit(1, 60_000, () => 0);
  rate.take("first");
  for (let i = 0; i < 999; i++) rate.take(`${i}`);
  expect(rate.take("first")).toBeGreaterThan(0);
  for (let i = 1_000; i < 1_999; i++) rate.take(`${i}`);
  expect(rate.take("first")).toBeGreaterThan(0);
});
