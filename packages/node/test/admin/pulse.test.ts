import { expect, it, onTestFinished, vi } from "vitest";
import { Limits } from "../../src/admin/guard/limits.ts";
import { beat, makePulse, Pulse } from "../../src/admin/link/pulse.ts";
import { Refusal } from "../../src/admin/problem.ts";

it("a main thread that turns is not stalled, and one that does not is, for as long as it does not", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const cells = makePulse();
  const stop = beat(cells, () => "serving");
  const pulse = new Pulse(cells, () => performance.now());
  for (let i = 0; i < 100; i++) {
    vi.advanceTimersByTime(100);
    pulse.look();
    expect(pulse.stalled).toBe(0);
  }
  stop();
  vi.advanceTimersByTime(400);
  expect(pulse.stalled).toBe(0);
  vi.advanceTimersByTime(9_600);
  expect(pulse.stalled).toBeGreaterThanOrEqual(10_000);
  beat(cells, () => "draining");
  expect(pulse.stalled).toBe(0);
  expect(pulse.state).toBe("draining");
});

it("costly evidence is bounded for all callers together", () => {
  let now = 0;
  const limits = new Limits(() => now);
  for (let i = 0; i < 10; i++) limits.costly("evidence", `10.0.0.${i}`);
  const refused = (): unknown => {
    try {
      limits.costly("evidence", "10.0.0.99");
      return undefined;
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toMatchObject({ code: "SOP_ERR_RATE", headers: { "retry-after": "60" } });
  expect(refused()).toBeInstanceOf(Refusal);
  now = 60_000;
  expect(refused()).toBeUndefined();
});
