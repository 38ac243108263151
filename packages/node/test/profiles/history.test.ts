import { describe, expect, it } from "vitest";
import { HeapHistory } from "../../src/profiles/heap/history.ts";
import { heapSampling } from "./sampling.ts";

const MIB = 2 ** 20;

/** A heap whose size is set by hand, and whose clock goes on by a second at each look. */
function heapOf(sizes: readonly number[], { maxPause = 1_000 } = {}) {
  let [used = 0, now, reads] = [0, 0, 0];
  const history = new HeapHistory({
    sampler: {
      interval: 524_288,
      since: 0,
      read: () => {
        reads++;
        return heapSampling([]);
      },
      restart() {},
    },
    maxPause,
    heapUsed: () => used,
    now: () => now,
  });
  for (const size of sizes) {
    used = size * MIB;
    now += 1_000;
    history.look();
  }
  return { history, reads: () => reads };
}

const steady = (size: number, seconds: number) => Array.from({ length: seconds }, () => size);

describe("the profiles of a heap", () => {
  it("are one, after three seconds, while it does not grow", () => {
    expect(heapOf(steady(30, 2)).reads()).toBe(0);
    expect(heapOf(steady(30, 600)).reads()).toBe(1);
  });

  it("are not taken for garbage that comes and goes", () => {
    const saw = Array.from({ length: 300 }, (_, i) => 20 + (i % 8) * 10);
    expect(heapOf(saw).reads()).toBe(1);
  });

  it("follow a heap that grows, and the last three are kept", () => {
    const { history } = heapOf(Array.from({ length: 120 }, (_, i) => 20 + i));
    const sizes = history.rungs.map(({ heapUsed }) => heapUsed / MIB);
    expect(sizes).toHaveLength(3);
    expect((sizes[2] as number) - (sizes[0] as number)).toBeGreaterThanOrEqual(16);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  it("are not taken once the heap is so large that the main thread would be held for too long", () => {
    // 0.8 ms for each MiB is what is thought before the first one was measured.
    expect(heapOf(steady(63, 60), { maxPause: 50 }).reads()).toBe(0);
    expect(heapOf(steady(62, 60), { maxPause: 50 }).reads()).toBe(1);
  });

  it("are taken less and less often for diagnoses of a heap in which nothing is left, and every three seconds of one that grows", () => {
    const asked = (left: (second: number) => number) => {
      let [now, reads, used] = [0, 0, 0];
      const history = new HeapHistory({
        sampler: {
          interval: 524_288,
          since: 0,
          read: () => {
            reads++;
            used = left(now / 1_000) * MIB;
            return heapSampling([]);
          },
          restart() {},
        },
        maxPause: 1_000,
        heapUsed: () => used,
        now: () => now,
      });
      for (let second = 1; second <= 60; second++) {
        now = second * 1_000;
        used = left(second) * MIB + 4 * MIB;
        history.renew();
      }
      return reads;
    };
    expect(asked((second) => 20 + second)).toBe(20);
    expect(asked(() => 20)).toBeLessThanOrEqual(6);
  });

  it("begin anew where the sampling does", () => {
    const { history } = heapOf(steady(30, 20));
    expect(history.rungs).toHaveLength(1);
    history.restart(32_768);
    expect(history.rungs).toHaveLength(0);
  });
});
