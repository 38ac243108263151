import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIGURE, makeFigures, readSlot, writeSlot } from "../../src/blackbox/main-slot.ts";
import { BLACK_BOX_BYTES, blackBoxOf, CELL, makeBlackBox, ROW, ROWS } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";

describe("the slot", () => {
  it("gives the newest figures with their time", () => {
    const box = makeBlackBox();
    const figures = makeFigures();
    figures[FIGURE.elu_ratio] = 0.5;
    writeSlot(box, 1_000, 200, figures);
    const read = makeFigures();
    expect(readSlot(box, read)).toBe(1_000);
    expect(read[FIGURE.elu_ratio]).toBe(0.5);
    expect(read[FIGURE.heap_used_bytes]).toBeNaN();
  });

  it("has none before the first", () => {
    expect(readSlot(makeBlackBox(), makeFigures())).toBeUndefined();
  });

  it("gives none while they are being written", () => {
    const box = makeBlackBox();
    writeSlot(box, 1_000, 200, makeFigures());
    Atomics.add(box.cells, CELL.slot, 1);
    expect(readSlot(box, makeFigures())).toBeUndefined();
  });
});

describe("the ring of samples", () => {
  it("keeps the newest, whatever was written before, and a figure that is not known is not there", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * ROWS + 50 }), fc.double({ noNaN: true }), (count, value) => {
        const ring = new SampleRing(makeBlackBox());
        const figures = makeFigures();
        figures[FIGURE.cpu_ratio] = value;
        for (let i = 1; i <= count; i++) ring.push(i * 200, 200, figures);
        const read = ring.read();
        expect(read).toHaveLength(Math.min(count, ROWS));
        expect(read.at(-1)).toEqual(count === 0 ? undefined : { at: count * 200, interval: 200, cpu_ratio: value });
        expect(ring.read(count * 200 - 400)).toHaveLength(Math.min(count, 3));
      }),
      { numRuns: 20 },
    );
  });

  it("can be read from a copy of the memory, and a row that was being written is left out", () => {
    const box = makeBlackBox();
    const ring = new SampleRing(box);
    for (let i = 1; i <= 3; i++) ring.push(i * 200, 200, makeFigures());
    box.samples[ROW] = 0;
    const copy = new ArrayBuffer(BLACK_BOX_BYTES);
    new Uint8Array(copy).set(new Uint8Array(box.buffer as SharedArrayBuffer));
    expect(new SampleRing(blackBoxOf(copy)).read().map(({ at }) => at)).toEqual([200, 600]);
  });
});
