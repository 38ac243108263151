import { type BreakerStateName, type CircuitBreakerOptions, circuitBreaker } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CountWindow, outcomeOf, TimeWindow } from "../../src/resilience/breaker/window.ts";
import { FakeClock } from "../support/fake.ts";
import { type Deferred, deferred, fail, outcome, succeed } from "./support.ts";

interface Recorded {
  readonly at: number;
  readonly weight: number;
  readonly slow: boolean;
}

/** What a window holds, by the plainest means: all that was ever recorded, filtered. */
function holds(all: readonly Recorded[], kind: "count" | "time", size: number, now: number): readonly Recorded[] {
  if (kind === "count") return all.slice(-size);
  const width = size / 10;
  let newest = Number.NEGATIVE_INFINITY;
  const slices = all.map(({ at }) => {
    newest = Math.max(newest, Math.floor(at / width));
    return newest;
  });
  const last = Math.max(newest, Math.floor(now / width));
  return all.filter((_, i) => (slices[i] as number) > last - 10);
}

const recorded = fc.record({
  step: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }) },
    { weight: 1, arbitrary: fc.constantFrom(3_600_000, -5_000) },
  ),
  weight: fc.constantFrom(0, 0, 1, 0.5, 2.5, 10),
  slow: fc.boolean(),
});

describe("a window agrees with a list of all calls", () => {
  test.each([
    ["count", 7],
    ["count", 100],
    ["time", 1_000],
    ["time", 60_000],
  ] as const)("of %s, size %i", (kind, size) => {
    fc.assert(
      fc.property(fc.array(recorded, { maxLength: 300 }), (steps) => {
        const window = kind === "count" ? new CountWindow(size) : new TimeWindow(size);
        const all: Recorded[] = [];
        let now = 10_000_000;
        for (const { step, weight, slow } of steps) {
          now += step;
          window.record(outcomeOf(weight, slow), now);
          all.push({ at: now, weight, slow });
          window.look(now);
          const held = holds(all, kind, size, now);
          expect([window.calls, window.slow]).toEqual([held.length, held.filter((call) => call.slow).length]);
          expect(window.failures).toBeCloseTo(
            held.reduce((sum, call) => sum + call.weight, 0),
            6,
          );
        }
      }),
    );
  });
});

const OPTIONS = {
  slidingWindowSize: 5,
  minimumNumberOfCalls: 3,
  failureRateThreshold: 0.5,
  consecutiveFailuresThreshold: 4,
  waitDurationInOpenState: { initial: 100, multiplier: 2, max: 400, jitter: 0 },
  permittedNumberOfCallsInHalfOpenState: 3,
  maxWaitDurationInHalfOpenState: 1_000,
} as const satisfies CircuitBreakerOptions;

/** The breaker once more, by lists and without a thought of speed; one call after the other. */
class Model {
  state: BreakerStateName = "closed";
  #calls: boolean[] = [];
  #streak = 0;
  #openings = 0;
  #until = 0;

  call(isFailure: boolean, now: number): boolean {
    this.look(now);
    if (this.state === "open") return false;
    this.#calls.push(isFailure);
    if (this.state === "half_open") this.#probe(now);
    else this.#count(isFailure, now);
    return true;
  }

  look(now: number): void {
    if (this.state === "open" && now >= this.#until) {
      this.state = "half_open";
      this.#until = now + OPTIONS.maxWaitDurationInHalfOpenState;
      this.#calls = [];
    } else if (this.state === "half_open" && now >= this.#until) this.#open(now);
  }

  #count(isFailure: boolean, now: number): void {
    this.#streak = isFailure ? this.#streak + 1 : 0;
    const held = this.#calls.slice(-OPTIONS.slidingWindowSize);
    const rate = held.filter(Boolean).length / held.length;
    const tooMany = held.length >= OPTIONS.minimumNumberOfCalls && rate >= OPTIONS.failureRateThreshold;
    if (isFailure && (tooMany || this.#streak >= OPTIONS.consecutiveFailuresThreshold)) this.#open(now);
  }

  #probe(now: number): void {
    const probes = OPTIONS.permittedNumberOfCallsInHalfOpenState;
    const failures = this.#calls.filter(Boolean).length;
    const left = probes - this.#calls.length;
    if (failures / probes >= OPTIONS.failureRateThreshold) this.#open(now);
    else if ((failures + left) / probes < OPTIONS.failureRateThreshold || left === 0) {
      this.state = "closed";
      this.#calls = [];
      this.#streak = 0;
      this.#openings = 0;
    }
  }

  #open(now: number): void {
    this.state = "open";
    this.#openings++;
    const { initial, multiplier, max } = OPTIONS.waitDurationInOpenState;
    this.#until = now + Math.min(max, initial * multiplier ** (this.#openings - 1));
  }
}

/** Time that can go back, as a wall clock does. */
class LooseClock extends FakeClock {
  #offset = 0;

  override monotonic(): number {
    return super.monotonic() + this.#offset;
  }

  jump(ms: number): void {
    this.#offset += ms;
  }
}

const history = fc.array(
  fc.record({
    isFailure: fc.boolean(),
    jump: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 150 }) },
      { weight: 1, arbitrary: fc.constantFrom(3_600_000, -50, -3_600_000) },
    ),
  }),
  { maxLength: 120 },
);

test("a breaker does what its model does, over random calls and jumps of the clock", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const clock = new LooseClock();
      const breaker = circuitBreaker({ ...OPTIONS, clock });
      const model = new Model();
      for (const { isFailure, jump } of steps) {
        clock.jump(jump);
        const wasMade = model.call(isFailure, clock.monotonic());
        const result = await outcome(breaker.execute(isFailure ? fail : succeed));
        expect(result !== "SOP_BREAKER_OPEN").toBe(wasMade);
        expect(breaker.state).toBe(model.state);
      }
    }),
    { numRuns: 300 },
  );
});

const action = fc.oneof(
  fc.record({ kind: fc.constant("begin" as const) }),
  fc.record({ kind: fc.constantFrom("pass" as const, "fail" as const, "abort" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 500 }) }),
);

test("calls that overlap never have more probes under way than permitted, and none of them wedges the breaker", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
      const clock = new FakeClock();
      const breaker = circuitBreaker({ ...OPTIONS, clock });
      let period = 0;
      breaker.on("state_transition", () => period++);
      const running: {
        readonly answer: Deferred<void>;
        readonly stop: AbortController;
        period: number;
      }[] = [];
      for (const step of actions) {
        if (step.kind === "wait") clock.advance(step.ms);
        else if (step.kind === "begin") {
          const answer = deferred<void>();
          const stop = new AbortController();
          const begin = (): Promise<void> => {
            running.push({ answer, stop, period });
            return answer.promise;
          };
          breaker.execute(begin, { signal: stop.signal }).catch(() => {});
        } else {
          const [call] = running.splice(step.which % Math.max(1, running.length), 1);
          if (step.kind === "pass") call?.answer.resolve();
          else if (step.kind === "fail") call?.answer.reject(new Error("failed"));
          else call?.stop.abort(new Error("aborted"));
        }
        await new Promise<void>((resolve) => setImmediate(resolve));
        const probes = running.filter((call) => call.period === period).length;
        if (breaker.state === "half_open") {
          expect(probes).toBeLessThanOrEqual(OPTIONS.permittedNumberOfCallsInHalfOpenState);
        }
      }
      // However it was left, time and calls that succeed bring it back.
      clock.advance(1_000);
      for (let i = 0; i < 6; i++) await outcome(breaker.execute(succeed));
      clock.advance(400);
      for (let i = 0; i < 6; i++) await outcome(breaker.execute(succeed));
      expect(breaker.state).toBe("closed");
    }),
    { numRuns: 100 },
  );
});
