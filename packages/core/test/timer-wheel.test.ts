import fc from "fast-check";
import { expect, test } from "vitest";
import { TimerWheel, type WheelEntry } from "../src/request/timer-wheel.ts";
import { FakeClock } from "./support/fake.ts";

class Entry implements WheelEntry {
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  wheelSlot = -1;
  readonly fired: number[] = [];
  due: number;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock, due: number) {
    this.#clock = clock;
    this.due = due;
  }

  expire(): void {
    this.fired.push(this.#clock.monotonic());
  }
}

const TICK = 10;

test("whatever is added and removed, an entry fires once, never early and at most one tick late", () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 700 }),
    delay: fc.integer({ min: 0, max: 20_000 }),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const clock = new FakeClock();
      const wheel = new TimerWheel(clock, TICK);
      const entries: { entry: Entry; removed: boolean }[] = [];
      for (const { wait, delay, remove } of steps) {
        const entry = new Entry(clock, clock.monotonic() + delay);
        wheel.add(entry, clock.monotonic());
        entries.push({ entry, removed: false });
        clock.advance(wait);
        const victim = entries.find((e) => !e.removed && e.entry.fired.length === 0);
        if (remove && victim !== undefined) {
          wheel.remove(victim.entry);
          wheel.remove(victim.entry);
          victim.removed = true;
        }
      }
      clock.advance(30_000);
      expect(wheel.size).toBe(0);
      for (const { entry, removed } of entries) {
        expect(entry.fired).toHaveLength(removed ? 0 : 1);
        const [at] = entry.fired;
        if (at === undefined) continue;
        expect(at).toBeGreaterThanOrEqual(entry.due);
        expect(at - entry.due).toBeLessThanOrEqual(2 * TICK);
      }
    }),
  );
});

test("after a blocked loop everything that became due fires", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK);
  const entries = [5, 100, 5_119, 5_120, 9_000].map((delay) => new Entry(clock, clock.monotonic() + delay));
  for (const entry of entries) wheel.add(entry, clock.monotonic());
  clock.block(10_000);
  clock.advance(0);
  expect(entries.map((entry) => entry.fired.length)).toEqual([1, 1, 1, 1, 1]);
});

test("an entry that is added while another expires fires too", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK);
  const second = new Entry(clock, 0);
  const first = new Entry(clock, clock.monotonic() + 50);
  first.expire = () => {
    second.due = clock.monotonic() + 50;
    wheel.add(second, clock.monotonic());
  };
  wheel.add(first, clock.monotonic());
  clock.advance(200);
  expect(second.fired).toHaveLength(1);
});

test("a stopped wheel fires nothing", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK);
  const entry = new Entry(clock, clock.monotonic() + 50);
  wheel.add(entry, clock.monotonic());
  wheel.stop();
  clock.advance(1_000);
  expect(entry.fired).toEqual([]);
});
