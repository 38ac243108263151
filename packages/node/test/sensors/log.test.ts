import type { Sample } from "@sop/core";
import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { FIGURE, makeFigures } from "../../src/blackbox/main-slot.ts";
import { makeBlackBox, ROWS } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";
import { SampleLog } from "../../src/sensors/sample-log.ts";
import { rowText, type SensorsFile } from "../../src/sensors/sensors-file.ts";

function started() {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const ring = new SampleRing(makeBlackBox());
  const figures = makeFigures();
  let pushed = 0;
  const push = (count: number): void => {
    for (let i = 0; i < count; i++) {
      vi.setSystemTime(Date.now() + 200);
      figures[FIGURE.in_started_count] = ++pushed;
      ring.push(Date.now(), 200, figures);
    }
  };
  return { ring, push };
}

const lengths = fc.array(fc.integer({ min: 0, max: ROWS + 10 }), { minLength: 1, maxLength: 6 });

it("has the samples of the window, as the ring has them, however often it was refreshed", () => {
  const { ring, push } = started();
  fc.assert(
    fc.property(lengths, fc.constantFrom(10_000, 60_000, 3_600_000), (steps, window) => {
      const log = new SampleLog(ring, window, 200);
      for (const step of steps) {
        push(step);
        log.refresh();
        expect(log.samples).toEqual(ring.read(Date.now() - window));
        const { rows } = JSON.parse(log.file()) as SensorsFile;
        expect(rows.map(([at]) => at)).toEqual(log.samples.map(({ at }) => at));
      }
    }),
    { numRuns: 15 },
  );
});

it("is a table whose rows have a place for each figure, with null for what is not known", () => {
  const { ring, push } = started();
  push(2);
  const log = new SampleLog(ring, 60_000, 200);
  log.refresh();
  const { schema, interval, columns, rows } = JSON.parse(log.file()) as SensorsFile;
  expect([schema, interval, columns.slice(0, 3)]).toEqual(["sop.sensors/1", 200, ["at", "interval", "elu_ratio"]]);
  expect(rows).toHaveLength(2);
  expect(rows[1]?.[columns.indexOf("in_started_count")]).toBe(2);
  expect(rows[1]?.[columns.indexOf("heap_used_bytes")]).toBeNull();
  log.clear();
  expect(JSON.parse(log.file()).rows).toEqual([]);
});

it("writes each number as near as its unit needs it", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e9, noNaN: true }), (value) => {
      const row = JSON.parse(
        rowText({ at: 1, interval: 200.4, elu_ratio: value, gc_ms: value, heap_used_bytes: value } as Sample),
      ) as number[];
      expect(row.slice(0, 2)).toEqual([1, 200]);
      expect(Math.abs((row[2 + FIGURE.elu_ratio] as number) - value)).toBeLessThanOrEqual(0.000501);
      expect(Math.abs((row[2 + FIGURE.gc_ms] as number) - value)).toBeLessThanOrEqual(0.0501);
      expect(Math.abs((row[2 + FIGURE.heap_used_bytes] as number) - value)).toBeLessThanOrEqual(0.501);
    }),
  );
  expect(rowText({ at: 1, interval: 200, fd_limit_count: Number.POSITIVE_INFINITY })).not.toContain("Infinity");
});
