import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Spread } from "../../src/drain/spread.ts";

/** Connections that note when they are closed. */
function connections(count: number, closed: number[], clock: { now: number }) {
  return Array.from({ length: count }, () => [{}, () => void closed.push(clock.now)] as const);
}

describe("long connections", () => {
  it("are closed evenly over the window where they are many", () => {
    const [clock, closed] = [{ now: 0 }, [] as number[]];
    const spread = new Spread(1_000, 0);
    spread.add(connections(100, closed, clock));
    for (; clock.now <= 1_000; clock.now += 10) spread.advance(clock.now);
    expect(closed).toEqual(Array.from({ length: 100 }, (_, i) => i * 10));
  });

  it("are closed within moments where they are few", () => {
    const [clock, closed] = [{ now: 0 }, [] as number[]];
    const spread = new Spread(10_000, 0);
    spread.add(connections(3, closed, clock));
    for (; spread.isPending; clock.now += 10) spread.advance(clock.now);
    expect(closed).toEqual([0, 50, 100]);
  });

  it("are each closed once, none before the others' turn, and all by the end of the window", () => {
    const added = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), added, (window, batches) => {
        const [clock, closed] = [{ now: 7 }, [] as number[]];
        const spread = new Spread(window, clock.now);
        let total = 0;
        const all: (readonly [object, () => void])[] = [];
        for (const [pause, count] of batches) {
          all.push(...connections(count, closed, clock));
          total += count;
          // What is known already is named again at each look.
          spread.add(all);
          spread.advance(clock.now);
          clock.now += pause;
        }
        clock.now = Math.max(clock.now, window + 7);
        spread.advance(clock.now);
        expect(closed).toHaveLength(total);
        expect(spread.isPending).toBe(false);
      }),
    );
  });
});
