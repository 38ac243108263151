/** Durations by a clock that can say what it last read in the running turn of the event loop. */
import { circuitBreaker } from "@sop/core";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { deferred } from "./support.ts";

class TurningClock extends FakeClock {
  #turn: number | undefined;

  coarse(): number {
    this.#turn ??= this.monotonic();
    return this.#turn;
  }

  /** The loop turns; `ms` pass until it is here again. */
  turn(ms: number): void {
    this.block(ms);
    this.#turn = undefined;
  }
}

function slowAfter(ms: number) {
  const clock = new TurningClock();
  const breaker = circuitBreaker({
    clock,
    slowCallDurationThreshold: ms,
    slidingWindowSize: 1,
    minimumNumberOfCalls: 1,
  });
  return { clock, breaker };
}

describe("a call is slow", () => {
  test("when it waited as long as the threshold, and not a moment less", async () => {
    for (const [ms, state] of [
      [99, "closed"],
      [100, "open"],
    ] as const) {
      const { clock, breaker } = slowAfter(100);
      const answer = deferred();
      const call = breaker.execute(() => answer.promise);
      clock.turn(ms);
      answer.resolve();
      await call;
      expect(breaker.state).toBe(state);
    }
  });

  test("when its function gives no promise and computes that long", async () => {
    const { clock, breaker } = slowAfter(100);
    await breaker.execute(() => clock.block(100));
    expect(breaker.state).toBe("open");
  });

  test("not by what the process computed in an earlier turn", async () => {
    const { clock, breaker } = slowAfter(100);
    await breaker.execute(async () => {});
    clock.turn(5_000);
    const answer = deferred();
    const call = breaker.execute(() => answer.promise);
    clock.turn(99);
    answer.resolve();
    await call;
    expect(breaker.state).toBe("closed");
  });

  test("not by what an async function computes before it waits: the delay of the event loop shows that", async () => {
    const { clock, breaker } = slowAfter(100);
    await breaker.execute(async () => clock.block(100));
    expect(breaker.state).toBe("closed");
  });
});
