import { createSop } from "@sop/core";
import { describe, expect, test } from "vitest";
import { shedding, starve } from "./support/overload.ts";

type Service = ReturnType<typeof shedding>;

/** How many of `size` requests of 5 ms, which all wait when the turn begins, are served in it. */
function served({ loop, compute }: Service, size: number, sent = {}): number {
  let count = 0;
  for (let n = 0; n < size; n++) if (compute(5, sent)) count++;
  loop.turn();
  return count;
}

describe("the delay of the event loop", () => {
  test("refuses, while the loop never sleeps, who has waited for others of the same turn", () => {
    const b = shedding(true);
    starve(b);
    expect(served(b, 4)).toBe(1);
    expect(b.sop.metrics().refused).toEqual({ event_loop: 3 });
  });

  test("refuses who may have waited for the turn before, where that is where the time went", () => {
    const b = shedding(true);
    const { loop, compute } = b;
    starve(b);
    // Handlers that yield first: all are let through at once, and compute when the turn is over.
    for (let n = 0; n < 8; n++) compute(0.01);
    loop.turn();
    loop.work(40);
    expect([compute(0.01), compute(0.01), compute(0.01)]).toEqual([true, false, false]);
  });

  test("always lets the first of a turn through, or the loop would have nothing to do", () => {
    const b = shedding(true);
    starve(b);
    for (let turn = 0; turn < 100; turn++) {
      // Whoever comes now may have waited for 8 ms, which is more than the 5 that are allowed.
      expect([b.compute(8), b.compute(8)]).toEqual([true, false]);
      b.loop.turn();
    }
  });

  test("lets a crowd through that comes once, as long as the loop has time to rest", () => {
    const b = shedding(true);
    for (let n = 0; n < 20; n++) {
      b.loop.sleep(200);
      expect(served(b, 15)).toBe(15);
    }
    expect(b.sop.metrics().refused).toEqual({});
  });

  test("lets nobody wait for more than the burst, not even in a crowd that comes once", () => {
    const b = shedding({ maxEventLoopBurst: "50ms" });
    b.loop.sleep(1_000);
    expect(served(b, 100)).toBe(11);
  });

  test("is forgotten as soon as the loop sleeps: nothing of an overload is left a second later", () => {
    const b = shedding(true);
    starve(b);
    expect(b.sop.overload()?.eventLoop?.allowed).toBeCloseTo(5);
    b.loop.sleep(100);
    expect(b.sop.overload()?.eventLoop?.allowed).toBe(100);
    expect(served(b, 10)).toBe(10);
  });

  test("is measured of the last moments, not since the start (under-pressure#294)", () => {
    const b = shedding(true);
    b.loop.sleep(3_600_000);
    starve(b);
    expect(b.sop.overload()?.eventLoop?.rest).toBeLessThan(0.01);
    expect(served(b, 4)).toBe(1);
  });

  test("takes what the loop did before it slept for no wait of theirs", () => {
    const b = shedding(true);
    served(b, 1);
    b.loop.work(3_000);
    b.loop.sleep(1);
    expect(served(b, 2)).toBe(2);
  });

  test("needs no sleep that was never measured: a service that starts under load serves", () => {
    const turns: (() => void)[] = [];
    const b = shedding(true, { ports: { eventLoop: { idle: () => 0, endOfTurn: (fn) => turns.push(fn) } } });
    b.loop.work(3_000);
    for (let turn = 0; turn < 10; turn++) {
      expect([b.compute(4), b.compute(4)]).toEqual([true, true]);
      turns.pop()?.();
    }
  });

  test("a clock that goes back refuses nobody", () => {
    const b = shedding(true);
    starve(b);
    b.loop.work(-10_000);
    expect(served(b, 1)).toBe(1);
    expect(b.sop.overload()?.eventLoop?.rest).toBeGreaterThanOrEqual(0);
  });

  test("is not looked at where it is switched off, or where the runtime does not tell", () => {
    const off = shedding({ maxEventLoopDelay: false, maxInFlight: 1_000 });
    starve(off);
    expect(served(off, 100)).toBe(100);
    expect(off.sop.overload()?.eventLoop).toBeUndefined();
  });
});

describe("new connections, of which Node accepts one a turn", () => {
  /** Turns with one request each, which is on a new connection; how many of them were served. */
  const newOnes = ({ compute, loop }: Service, turns: number): number => {
    let count = 0;
    for (let turn = 0; turn < turns; turn++) {
      if (compute(5, { socket: {} })) count++;
      loop.turn();
    }
    return count;
  };

  test("are refused when each turn brings one: the others have waited unseen", () => {
    const b = shedding(true);
    starve(b);
    expect(newOnes(b, 50)).toBe(1);
  });

  test("are served again when the loop slept: nothing waits to be accepted then", () => {
    const b = shedding(true);
    starve(b);
    newOnes(b, 50);
    b.loop.sleep(1);
    expect(b.compute(5, { socket: {} })).toBe(true);
  });

  test("are served again when a turn brought none", () => {
    const b = shedding(true);
    starve(b);
    newOnes(b, 50);
    b.compute(5);
    b.loop.turn();
    expect(b.compute(5, { socket: {} })).toBe(true);
  });

  test("come before known ones while they wait: to accept them takes turns, and those must be short", () => {
    const b = shedding(true);
    const socket = {};
    b.compute(1, { socket });
    starve(b);
    newOnes(b, 50);
    b.loop.work(6);
    expect(b.compute(5, { socket })).toBe(false);
  });

  test("are known after their first request, whatever became of that", () => {
    const b = shedding(true);
    starve(b);
    newOnes(b, 50);
    const socket = {};
    expect(b.compute(5, { socket })).toBe(false);
    for (let turn = 0; turn < 10; turn++) {
      b.loop.turn();
      expect(b.compute(5, { socket })).toBe(true);
    }
  });

  test("are not told apart where the runtime has no connections", () => {
    const b = shedding(true);
    starve(b);
    expect(newOnes({ ...b, compute: (ms) => b.compute(ms) }, 50)).toBe(50);
  });
});

describe("classes, where the loop never sleeps", () => {
  const as = (name: string) => ({ headers: { "x-class": name } });
  const starved = (): Service => {
    const b = shedding({ header: "x-class" });
    starve(b);
    return b;
  };

  test("sheddable requests are refused, even the first of a turn, while others keep the loop busy", () => {
    const b = starved();
    expect(served(b, 2, as("sheddable"))).toBe(0);
  });

  test("and get their turn when there are no others", () => {
    const b = starved();
    served(b, 1);
    expect(served(b, 1, as("sheddable"))).toBe(0);
    // That turn was short: who comes now has not waited.
    expect(served(b, 1, as("sheddable"))).toBe(1);
  });

  test("critical requests may wait as long as the burst", () => {
    const b = starved();
    expect(served(b, 30, as("critical"))).toBe(20);
  });

  test("health checks go through however long they waited", () => {
    const b = starved();
    expect(served(b, 60, { url: "/healthz" })).toBe(60);
  });
});

test("on Node the loop is looked at without a port", () => {
  const sop = createSop({ service: "s", overload: true });
  expect(sop.overload()?.eventLoop?.allowed).toBeGreaterThan(0);
  sop.dispose();
});
