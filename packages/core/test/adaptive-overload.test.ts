import { describe, expect, test } from "vitest";
import { shedding } from "./support/overload.ts";

type Service = ReturnType<typeof shedding>;

/** Keeps `crowd` requests arriving every 10 ms at a pool of ten that takes 10 ms each; gives the longest wait at the end. */
function load({ clock, send }: Service, crowd: number, seconds: number): number {
  const queue: { end: (status?: number) => void; at: number }[] = [];
  let longest = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += 10) {
    for (let n = 0; n < crowd; n++) {
      const { refusal, end } = send();
      if (refusal === undefined) queue.push({ end, at: ms });
      else end();
    }
    clock.advance(10);
    for (const { end, at } of queue.splice(0, 10)) {
      end();
      longest = Math.max(ms < seconds * 500 ? 0 : longest, ms + 10 - at);
    }
  }
  return longest;
}

const limitOf = ({ sop }: Service): number => sop.overload()?.concurrency?.limit ?? Number.NaN;

describe("a limit that is learnt", () => {
  test("keeps the queue short in an overload, and the pool busy", () => {
    const b = shedding({ adaptive: true, maxEventLoopDelay: false });
    load(b, 5, 10);
    expect(load(b, 40, 20)).toBeLessThanOrEqual(30);
    expect(limitOf(b)).toBeGreaterThanOrEqual(10);
    expect(b.sop.metrics().refused["adaptive_limit"]).toBeGreaterThan(0);
  });

  test("refuses nothing once the overload is over", () => {
    const b = shedding({ adaptive: true, maxEventLoopDelay: false });
    load(b, 5, 10);
    load(b, 40, 20);
    for (let n = 0; n < 500; n++) load(b, 5, 0.01);
    const refused = b.sop.metrics().refused["adaptive_limit"];
    load(b, 9, 5);
    expect(b.sop.metrics().refused["adaptive_limit"]).toBe(refused);
  });

  test("comes down where deadlines pass, and stays within its bounds", () => {
    const options = { adaptive: { min: 3, max: 50, initial: 40 }, maxEventLoopDelay: false } as const;
    const b = shedding(options, { deadline: { default: 100 } });
    for (let n = 0; n < 100; n++) {
      const sent = Array.from({ length: 12 }, () => b.send());
      b.clock.advance(300);
      for (const { end } of sent) end(504);
    }
    expect(limitOf(b)).toBeLessThan(10);
    expect(limitOf(b)).toBeGreaterThanOrEqual(3);
  });

  test("learns nothing of requests that fail at once", () => {
    const b = shedding({ adaptive: { initial: 12 }, maxEventLoopDelay: false });
    for (let n = 0; n < 100; n++) {
      const sent = Array.from({ length: 10 }, () => b.send());
      b.clock.advance(5);
      for (const { context, end } of sent) {
        b.life.fail(context, new Error("x"));
        end(503);
      }
    }
    expect(limitOf(b)).toBe(12);
  });

  test("bears a clock that stands still", () => {
    const b = shedding({ adaptive: true, maxEventLoopDelay: false });
    for (let n = 0; n < 100; n++) b.send().end();
    expect(limitOf(b)).toBeGreaterThanOrEqual(4);
  });
});
