import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../../src/latency/buckets.ts";
import { LATENCY_BOUNDS, quantile } from "../../src/latency.ts";

const latencies = fc.oneof(
  fc.double({ min: 0, max: 2e6, noNaN: true }),
  // Just at, above and below the ends.
  fc.nat({ max: LATENCY_BOUNDS.length - 1 }).chain((i) => {
    const bound = LATENCY_BOUNDS[i] as number;
    return fc.constantFrom(bound, bound * (1 + 2 ** -52), bound * (1 - 2 ** -53));
  }),
);

describe("the buckets", () => {
  it("go from below 0.1 ms to above 1,000 s, none wider than 6.25 % of its lower end", () => {
    expect(LATENCY_BOUNDS[0]).toBeLessThan(0.1);
    expect(LATENCY_BOUNDS.at(-1)).toBeGreaterThan(1_000_000);
    for (let i = 1; i < LATENCY_BOUNDS.length; i++) {
      const [low = 0, high = 0] = LATENCY_BOUNDS.slice(i - 1);
      expect((high - low) / low).toBeLessThanOrEqual(0.0625);
      expect(high).toBeGreaterThan(low);
    }
  });

  it("hold what is above their lower end, and at most their upper one", () => {
    fc.assert(
      fc.property(latencies, (ms) => {
        const bucket = bucketOf(ms);
        expect(ms).toBeGreaterThan(bucket === 0 ? Number.NEGATIVE_INFINITY : (LATENCY_BOUNDS[bucket - 1] as number));
        expect(ms).toBeLessThanOrEqual(LATENCY_BOUNDS[bucket] ?? Number.POSITIVE_INFINITY);
      }),
      { numRuns: 2_000 },
    );
  });

  it("take what is no duration for 0", () => {
    for (const odd of [Number.NaN, -1, Number.NEGATIVE_INFINITY, 0]) expect(bucketOf(odd)).toBe(0);
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(LATENCY_BOUNDS.length);
  });
});

/** Counts of a sample, by bucket. */
function counted(sample: readonly number[], place: (ms: number) => number): [number, number][] {
  const counts = new Map<number, number>();
  for (const ms of sample) counts.set(place(ms), (counts.get(place(ms)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** The exact one, by nearest rank. */
function exact(sample: readonly number[], q: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number;
}

describe("a quantile of buckets", () => {
  const samples = fc.array(fc.double({ min: 0.07, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });

  it("is at most 6.25 % from the exact one", () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (sample, q) => {
        const truth = exact(sample, q);
        const { value = 0, low = 0, high = 0 } = quantile(LATENCY_BOUNDS, counted(sample, bucketOf), q) ?? {};
        expect(Math.abs(value - truth) / truth).toBeLessThanOrEqual(0.0625);
        expect(truth).toBeGreaterThan(low);
        expect(truth).toBeLessThanOrEqual(high);
      }),
    );
  });

  it("lies in the same bucket as the exact one, whatever the bounds", () => {
    const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(bounds, samples, fc.double({ min: 0, max: 1, noNaN: true }), (unsorted, sample, q) => {
        const ends = [...unsorted].sort((a, b) => a - b);
        const place = (ms: number): number => {
          const found = ends.findIndex((end) => ms <= end);
          return found < 0 ? ends.length : found;
        };
        const found = quantile(ends, counted(sample, place), q);
        // A rank of q * n that is a whole number but for the last bit may be the next one.
        const near = [exact(sample, Math.max(0, q - 1e-12)), exact(sample, q), exact(sample, Math.min(1, q + 1e-12))];
        expect(near.some((truth) => truth > (found?.low ?? 0) && truth <= (found?.high ?? 0))).toBe(true);
        expect(found?.value).toBeGreaterThanOrEqual(found?.low ?? 0);
        expect(found?.value).toBeLessThanOrEqual(found?.high ?? 0);
      }),
    );
  });

  it("does not fall where q rises", () => {
    fc.assert(
      fc.property(samples, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (sample, qs) => {
        const counts = counted(sample, bucketOf);
        const values = [...qs].sort((a, b) => a - b).map((q) => quantile(LATENCY_BOUNDS, counts, q)?.value ?? 0);
        for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1] as number);
      }),
    );
  });

  it("is what Prometheus' histogram_quantile says: linear within the bucket, the last bound behind it", () => {
    const bounds = [100, 200];
    expect(
      quantile(
        bounds,
        [
          [0, 3],
          [1, 1],
        ],
        0.5,
      )?.value,
    ).toBeCloseTo(66.67, 1);
    expect(quantile(bounds, [[1, 4]], 0.5)?.value).toBe(150);
    expect(quantile(bounds, [[2, 1]], 0.5)).toEqual({ value: 200, low: 200, high: Number.POSITIVE_INFINITY });
    expect(quantile(bounds, [], 0.5)).toBeUndefined();
  });
});
