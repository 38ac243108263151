import { describe, expect, it } from "vitest";
import { changeInWords, compareRuns, type RouteChange } from "../../src/latency.ts";
import { runOf, slice, times } from "./runs.ts";

function compared(before: Record<string, number[]>, after: Record<string, number[]>): RouteChange[] {
  return compareRuns(runOf([slice(0, before)]), runOf([slice(0, after)]));
}

function both(change: RouteChange | undefined) {
  if (change?.in !== "both") throw new Error("it is not in both");
  return change.changes;
}

describe("a comparison of two runs", () => {
  it("tells which quantiles got worse, and by how much", () => {
    const [change] = compared({ a: times(1_000, 10) }, { a: [...times(950, 10), ...times(50, 400)] });
    const { p50, p90, p99, errorRatio } = both(change);
    expect([p50.verdict, p90.verdict, p99.verdict, errorRatio.verdict]).toEqual(["same", "same", "worse", "same"]);
    expect(p99.by).toBeGreaterThan(35);
    expect(changeInWords(p99)).toMatch(/^was 1\d ms, ×[34]\d slower$/);
  });

  it("turns round when the runs are exchanged", () => {
    const slow = { a: [...times(500, 10), ...times(500, -30)] };
    const fast = { a: times(1_000, 10) };
    const there = both(compared(slow, fast)[0]);
    const back = both(compared(fast, slow)[0]);
    expect([there.p99.verdict, back.p99.verdict]).toEqual(["better", "worse"]);
    expect([there.errorRatio.by, back.errorRatio.by]).toEqual([-0.5, 0.5]);
    expect(changeInWords(there.errorRatio, true)).toBe("was 50 %, −50 points fewer");
    expect(changeInWords(back.errorRatio, true)).toBe("was 0 %, +50 points more");
  });

  it("calls same what the buckets cannot tell apart", () => {
    const wide = { bounds: [10, 1_000] };
    const counted = (share: number) => ({
      at: Date.parse("2026-11-25T05:00:00Z"),
      routes: [
        {
          route: "a",
          errors: 0,
          cancelled: 0,
          counts: [
            [0, share],
            [1, 1_000 - share],
          ] as [number, number][],
        },
      ],
    });
    const [change] = compareRuns(runOf([counted(400)], wide), runOf([counted(100)], wide));
    expect(both(change).p50.by).toBeGreaterThan(0.2);
    expect(both(change).p50.verdict).toBe("same");
  });

  it("does not judge a P99 of fewer than 100 requests, nor a P90 of fewer than 10", () => {
    const { p50, p90, p99 } = both(compared({ a: times(99, 10) }, { a: times(500, 50) })[0]);
    expect([p50.isJudged, p90.isJudged, p99.isJudged]).toEqual([true, true, false]);
    expect(both(compared({ a: times(100, 10) }, { a: times(100, 50) })[0]).p99.isJudged).toBe(true);
    expect(both(compared({ a: times(9, 10) }, { a: times(10, 50) })[0]).p90.isJudged).toBe(false);
    expect(both(compared({ a: times(10, 10) }, { a: times(10, 50) })[0]).p90.isJudged).toBe(true);
  });

  it("says which routes are in one of them only", () => {
    expect(compared({ a: [1], gone: [1] }, { a: [1], fresh: [1, 2] })).toMatchObject([
      { route: "fresh", in: "after" },
      { route: "a", in: "both" },
      { route: "gone", in: "before" },
    ]);
  });
});
