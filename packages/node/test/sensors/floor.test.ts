import { expect, it } from "vitest";
import { FIGURE, makeFigures } from "../../src/blackbox/main-slot.ts";
import { FloorSource } from "../../src/sensors/main/floor.ts";

/** A heap that is looked at five times a second. */
function heap() {
  let collections = 0;
  const source = new FloorSource(() => {
    collections++;
  });
  let seen = 0;
  return {
    collections: () => collections,
    read(old: number, { majors = 0, minors = 0, used = old } = {}): void {
      const figures = makeFigures();
      figures[FIGURE.heap_old_bytes] = old;
      figures[FIGURE.heap_used_bytes] = used;
      figures[FIGURE.gc_minor_count] = minors;
      figures[FIGURE.gc_major_count] = majors + (collections - seen);
      seen = collections;
      source.read(figures, 200);
    },
  };
}

it("collects about once a second while the old space grows, so that a leak has a floor", () => {
  const { read, collections } = heap();
  for (let i = 0; i < 50; i++) read(20e6 + i * 200_000);
  expect(collections()).toBe(8);
});

it("collects where scavenges leave more and more, though nothing of it is in the old space yet", () => {
  const { read, collections } = heap();
  const seconds = (count: number, left: (second: number) => number): void => {
    let old = 20e6;
    let known = collections();
    for (let i = 0; i < count * 5; i++) {
      // A collection promotes what it finds in use.
      if (collections() > known) old = 20e6 + left(i / 5);
      known = collections();
      const isScavenge = i % 25 === 24;
      const garbage = ((i % 25) + 1) * 600_000;
      read(old, { minors: isScavenge ? 1 : 0, used: 20e6 + left(i / 5) + (isScavenge ? 0 : garbage) });
    }
  };
  seconds(20, () => 0);
  expect(collections()).toBe(0);
  seconds(20, (second) => second * 700_000);
  expect(collections()).toBeGreaterThanOrEqual(3);
});

it("looks again every two seconds while what was collected was in use", () => {
  const { read, collections } = heap();
  read(20e6);
  for (let i = 0; i < 10; i++) read(20e6 + i * 100_000);
  expect(collections()).toBe(1);
  // Nothing more is promoted until it is collected: each collection finds a megabyte.
  let old = 21e6;
  let known = collections();
  for (let i = 0; i < 50; i++) {
    if (collections() > known) old += 1e6;
    known = collections();
    read(old);
  }
  expect(collections()).toBeGreaterThanOrEqual(4);
});

it("leaves a heap alone that does not grow, that V8 collects itself, or that is large", () => {
  const still = heap();
  for (let i = 0; i < 100; i++) still.read(20e6 + (i % 5) * 50_000);
  const collected = heap();
  for (let i = 0; i < 100; i++) collected.read(20e6 + i * 200_000, { majors: i % 5 === 0 ? 1 : 0 });
  const large = heap();
  for (let i = 0; i < 100; i++) large.read(200e6 + i * 1e6);
  expect([still.collections(), collected.collections(), large.collections()]).toEqual([0, 0, 0]);
});

it("has a bound: fourteen at once, then one each 30 seconds", () => {
  const { read, collections } = heap();
  const seconds = (count: number, from: number): void => {
    for (let i = 0; i < count * 5; i++) read(from + i * 100_000);
  };
  seconds(29, 20e6);
  expect(collections()).toBe(14);
  seconds(60, 40e6);
  expect(collections()).toBeGreaterThan(14);
  expect(collections()).toBeLessThanOrEqual(17);
});

it("has the runtime collect, and gives no context of the application a function for it", async () => {
  const source = new FloorSource();
  const figures = makeFigures().fill(0);
  source.read(figures, 200);
  figures[FIGURE.heap_old_bytes] = 5e6;
  let reference: WeakRef<object> | undefined = new WeakRef({ large: new Array(1_000).fill(1) });
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let i = 0; i < 11; i++) source.read(figures, 200);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(reference.deref()).toBeUndefined();
  reference = undefined;
  expect("gc" in globalThis).toBe(false);
});

it("collects half as often where what grows is garbage, and as often as before once some of it is kept", () => {
  const { read, collections } = heap();
  let [floor, old] = [20e6, 20e6];
  const seconds = (count: number, kept: number): number => {
    const before = collections();
    for (let i = 0; i < count * 5; i++) {
      const wasCollected = collections();
      old += 40_000;
      read(old);
      if (collections() === wasCollected) continue;
      floor += (old - floor) * kept;
      old = floor;
    }
    return collections() - before;
  };
  expect(seconds(30, 0)).toBeLessThanOrEqual(6);
  seconds(10, 0.8);
  expect(seconds(15, 0.8)).toBe(5);
});
