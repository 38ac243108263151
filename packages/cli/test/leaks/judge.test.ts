import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLeaking, judge } from "../../src/leaks/judge.ts";
import type { Look, Structure } from "../../src/leaks/look.ts";

const MIB = 2 ** 20;
const START = Date.parse("2026-11-24T04:15:00Z");

/** Looks ten seconds apart, with a hundred requests between two, unless other numbers are given. */
function looksOf(
  bytes: readonly number[],
  {
    requests = bytes.map((_, i) => i * 100),
    external = bytes.map(() => 0),
    structures = {} as Record<number, readonly Structure[]>,
  } = {},
): Look[] {
  return bytes.map((size, i) => ({
    asOf: new Date(START + i * 10_000).toISOString(),
    interval: 32_768,
    memory: {
      requests: requests[i] as number,
      heapUsed: 20 * MIB + size,
      external: external[i] as number,
      arrayBuffers: 0,
      rss: 0,
      resources: {},
    },
    sites:
      size === 0
        ? []
        : [
            {
              frame: { function: "keep", file: "/srv/app.js", line: 3, column: 1 },
              bytes: size,
              objects: size / 32_768,
            },
          ],
    ...(structures[i] && { structures: structures[i] }),
  }));
}

const found = (bytes: readonly number[], more = {}) =>
  judge(
    looksOf(
      bytes.map((size) => size * MIB),
      more,
    ),
  ).leaks;

describe("what leaks", () => {
  it("is a site that grows with each request to the end", () => {
    const [leak] = found([1, 3, 5, 7, 9, 11]);
    expect(leak).toMatchObject({ frame: { function: "keep" }, grown: 8 * MIB, perRequest: (8 * MIB) / 400 });
    expect(leak?.perSecond).toBeCloseTo((8 * MIB) / 40);
  });

  it("is one whose growth follows the load, as it goes up and down", () => {
    const requests = [0, 100, 500, 600, 1_000, 1_100];
    expect(found([0, 1, 5, 6, 10, 11], { requests })).toHaveLength(1);
  });

  it("is not a warm-up, a cache that fills and levels off, or a size that goes up and down", () => {
    expect(found([0, 30, 30, 30, 30, 30])).toEqual([]);
    expect(found([0, 10, 16, 19, 20, 20])).toEqual([]);
    expect(found([0, 10, 17, 21, 23, 24])).toEqual([]);
    expect(found([0, 10, 4, 12, 3, 11])).toEqual([]);
    expect(found([9, 8, 7, 6, 5, 4])).toEqual([]);
  });

  it("is not what is too little to tell it from chance", () => {
    expect(found([0, 0.05, 0.1, 0.15, 0.2, 0.25])).toEqual([]);
  });

  it("is told in seconds where there are hardly any requests", () => {
    const [leak] = found([1, 3, 5, 7, 9, 11], { requests: [0, 0, 0, 0, 0, 0] });
    expect(leak?.perRequest).toBeUndefined();
    expect(leak?.perSecond).toBeGreaterThan(0);
  });

  it("is memory outside of the heap too, where no site shows it", () => {
    const verdict = judge(looksOf([0, 0, 0, 0, 0, 0], { external: [1, 5, 9, 13, 17, 21].map((size) => size * MIB) }));
    expect([verdict.leaks, isLeaking(verdict)]).toEqual([[], true]);
    expect(verdict.keepers[0]?.words).toBe("buffers outside of the heap, 5 MiB to 21 MiB");
  });

  it("has what keeps it: the same object that holds more, not another one of its kind", () => {
    const map = (id: number, size: number): Structure => ({ id, kind: "map", name: "Map", of: "Session", size });
    const structures = { 1: [map(1, 5_000), map(2, 100)], 5: [map(1, 5_000), map(2, 900), map(3, 40)] };
    const [leak] = found([1, 3, 5, 7, 9, 11], { structures });
    expect([leak?.kind, leak?.keptBy]).toEqual(["map", "a Map of Session, 100 to 900 entries"]);
  });

  it("is never found in figures that do not change, and never throws", () => {
    const size = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(size, fc.integer({ min: 4, max: 12 }), (bytes, looks) => {
        expect(isLeaking(judge(looksOf(Array(looks).fill(bytes))))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.array(size, { minLength: 4, maxLength: 12 }), (bytes) => {
        for (const { grown } of judge(looksOf(bytes)).leaks) expect(grown).toBeGreaterThan(0);
      }),
    );
  });
});
