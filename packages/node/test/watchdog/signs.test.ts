import type { Sample } from "@sop/core";
import { expect, it } from "vitest";
import { Attention, signsIn } from "../../src/watchdog/worker/signs.ts";

const sample = (at: number, figures: Partial<Sample> = {}): Sample => ({ at, interval: 200, ...figures });

it("finds no sign in a service that is well, nor in what is long past", () => {
  expect(signsIn([sample(10_000, { in_oldest_ms: 30, lock_waiting_count: 0 })], 10_000)).toEqual([]);
  expect(signsIn([sample(1_000, { lock_waiting_count: 3 })], 10_000)).toEqual([]);
});

it("finds who waits, and what is old", () => {
  const found = signsIn([sample(9_000, { in_oldest_ms: 1_000 }), sample(9_200, { lock_waiting_count: 1 })], 10_000);
  expect(found).toEqual(["lock_waiting_count", "in_oldest_ms"]);
});

it("looks closer at once at a sign that is new, and less and less often while nothing comes of it", () => {
  const attention = new Attention();
  const looks: number[] = [];
  for (let now = 0; now <= 20_000; now += 1_000) if (attention.isDue(["in_oldest_ms"], now)) looks.push(now);
  expect(looks).toEqual([0, 1_000, 2_000, 3_000, 5_000, 7_000, 12_000, 17_000]);
  expect(attention.isDue(["in_oldest_ms", "lock_waiting_count"], 20_001)).toBe(true);
  expect(attention.isDue([], 20_002)).toBe(false);
  expect(attention.isDue(["in_oldest_ms"], 20_003)).toBe(true);
});
