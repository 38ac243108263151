/** Durations by the runtime's own clock. What is waited for is long beside the threshold, or nothing is waited for at all. */
import { setTimeout as after } from "node:timers/promises";
import { circuitBreaker } from "@sop/core";
import { expect, test } from "vitest";

const slowAfter = (ms: number) =>
  circuitBreaker({ slowCallDurationThreshold: ms, slidingWindowSize: 1, minimumNumberOfCalls: 1 });

function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("a call that waits longer than the threshold is slow", async () => {
  const breaker = slowAfter(20);
  await breaker.execute(() => after(60));
  expect(breaker.state).toBe("open");
});

test("a function without a promise that computes longer than the threshold is slow", async () => {
  const breaker = slowAfter(20);
  await breaker.execute(() => compute(40));
  expect(breaker.state).toBe("open");
});

test("what the process computed in an earlier turn of the event loop is not the call's", async () => {
  const breaker = slowAfter(20);
  await breaker.execute(() => 1);
  compute(40);
  await after(1);
  await breaker.execute(() => after(1));
  expect(breaker.state).toBe("closed");
});
