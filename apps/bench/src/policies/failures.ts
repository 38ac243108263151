import { circuitBreaker } from "@sop/core";
import { CountBreaker, circuitBreaker as cockatiel, handleAll } from "cockatiel";
import CircuitBreaker from "opossum";
import { caught, type Way } from "./measure.ts";

const error = new Error("failed");
const passing = (): Promise<number> => Promise.resolve(1);
const failing = (): Promise<never> => Promise.reject(error);

/** Rows by name: makes the call that fails, of what never opens, with so many calls in its window. */
const ROWS: Readonly<Record<string, (size: number) => Way>> = {
  bare: () => ({ call: "task()", task: failing }),
  SOP: (size) => {
    const breaker = circuitBreaker({ slidingWindowSize: size, minimumNumberOfCalls: size });
    breaker.metricsOnly();
    return { call: "it.execute(task)", it: breaker, task: failing };
  },
  "cockatiel, count": (size) => {
    const breaker = new CountBreaker({ threshold: 0.999, size });
    const policy = cockatiel(handleAll, { halfOpenAfter: 10_000, breaker });
    let calls = 0;
    // One in fifty succeeds, or it would open.
    return { call: "it.execute(task)", it: policy, task: () => (++calls % 50 === 0 ? passing() : failing()) };
  },
  "opossum, as it comes": (size) => {
    const breaker = new CircuitBreaker(failing, {
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      rollingCountTimeout: 600_000,
      rollingCountBuckets: 1,
    });
    // As many calls as the others have in their window are in its bucket: to make them one by one would take an hour.
    breaker.status.window[0]?.latencyTimes.push(...Array.from({ length: size }, (_, index) => index % 97));
    return { call: "it.fire()", it: breaker };
  },
};

export const SIZES = [100, 10_000, 100_000] as const;

/** Milliseconds that each figure is measured for, three times. */
const SPAN = 300;

/** Nanoseconds of a failing call by name, at each of the sizes of the window. */
export async function failureCosts(): Promise<(readonly [string, readonly number[]])[]> {
  const costs: (readonly [string, readonly number[]])[] = [];
  for (const [name, make] of Object.entries(ROWS)) {
    const ns: number[] = [];
    for (const size of SIZES) ns.push(await cost(make(size), size));
    costs.push([name, ns]);
  }
  return costs;
}

/** The least of three spans: a call may take less than a microsecond, or a hundredth of a second. */
async function cost(way: Way, size: number): Promise<number> {
  const each = caught(way);
  const first = await timed(each, 3);
  const calls = Math.max(3, Math.round((SPAN * 1e6) / first));
  if (first < 1e5) await each(size);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) least = Math.min(least, await timed(each, Math.min(calls, 200_000)));
  return least;
}

async function timed(each: (n: number) => Promise<void>, n: number): Promise<number> {
  const start = process.hrtime.bigint();
  await each(n);
  return Number(process.hrtime.bigint() - start) / n;
}
