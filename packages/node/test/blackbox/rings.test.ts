import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIGURE, makeFigures, readSlot, takeSlot, writeSlot } from "../../src/blackbox/main-slot.ts";
import { BLACK_BOX_BYTES, blackBoxOf, CELL, makeBlackBox, ROWS } from "../../src/blackbox/memory.ts";
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

describe("figures that nobody has taken", () => {
  const count = fc.integer({ min: 0, max: 100 });
  const reading = fc.record({
    started: count,
    elu: fc.double({ min: 0, max: 1, noNaN: true }),
    delay: count,
    taken: fc.boolean(),
  });

  it("are joined with the next ones, so that no count is lost", () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 30 }), (readings) => {
        const box = makeBlackBox();
        const into = makeFigures();
        let [written, taken, longest, seen] = [0, 0, 0, 0];
        for (const [i, { started, elu, delay, taken: isTaken }] of readings.entries()) {
          const figures = makeFigures();
          figures[FIGURE.in_started_count] = started;
          figures[FIGURE.elu_ratio] = elu;
          figures[FIGURE.loop_delay_max_ms] = delay;
          figures[FIGURE.heap_used_bytes] = i;
          writeSlot(box, 1_000 + i, 200, figures);
          written += started;
          longest = Math.max(longest, delay);
          if (!isTaken && i < readings.length - 1) continue;
          expect(takeSlot(box, into)).toBe(1_000 + i);
          taken += into[FIGURE.in_started_count] as number;
          seen = Math.max(seen, into[FIGURE.loop_delay_max_ms] as number);
          expect(into[FIGURE.elu_ratio]).toBeLessThanOrEqual(1);
          expect(into[FIGURE.heap_used_bytes]).toBe(i);
          expect(into[FIGURE.gc_ms]).toBeNaN();
        }
        expect([taken, seen]).toEqual([written, longest]);
      }),
    );
  });

  it("are still told to others who only read", () => {
    const box = makeBlackBox();
    const figures = makeFigures();
    figures[FIGURE.in_started_count] = 3;
    writeSlot(box, 1_000, 200, figures);
    expect(takeSlot(box, makeFigures())).toBe(1_000);
    const read = makeFigures();
    expect(readSlot(box, read)).toBe(1_000);
    expect(read[FIGURE.in_started_count]).toBe(3);
  });
});

describe("the ring of samples", () => {
  it("keeps the newest, whatever was written before, and a figure that is not known is not there", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * ROWS + 50 }), fc.float({ noNaN: true }), (count, value) => {
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
    box.times[1] = 0;
    const copy = new ArrayBuffer(BLACK_BOX_BYTES);
    new Uint8Array(copy).set(new Uint8Array(box.buffer as SharedArrayBuffer));
    expect(new SampleRing(blackBoxOf(copy)).read().map(({ at }) => at)).toEqual([200, 600]);
  });
});
