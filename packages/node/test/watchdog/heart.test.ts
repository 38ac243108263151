import { expect, it } from "vitest";
import { CELL, makeBlackBox } from "../../src/blackbox/memory.ts";
import { Heart } from "../../src/watchdog/worker/heart.ts";

function bench() {
  const box = makeBlackBox();
  let now = 0;
  const heart = new Heart(box, () => now);
  return {
    heart,
    beat: () => void Atomics.add(box.cells, CELL.beat, 1),
    after(ms: number) {
      now += ms;
      return heart.look();
    },
  };
}

it("hears no silence while the main thread beats", () => {
  const { beat, after } = bench();
  for (let i = 0; i < 10; i++) {
    beat();
    expect(after(200)).toBe(0);
  }
});

it("adds up the silence until the next beat", () => {
  const { beat, after } = bench();
  beat();
  expect([after(200), after(200), after(200)]).toEqual([0, 200, 400]);
  beat();
  expect([after(200), after(200)]).toEqual([0, 200]);
});

it("does not hold against the main thread that it was kept from looking itself", () => {
  const { beat, after } = bench();
  beat();
  after(200);
  // The machine slept, or both threads were stopped.
  expect(after(3_600_000)).toBe(500);
});
