import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Sop } from "@sop/core";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { bucketOf } from "../../src/latency/buckets.ts";
import { Recording } from "../../src/latency/recording.ts";
import { latencyRecorder, type RecordedLatency, slicesOf } from "../../src/latency.ts";
import { scene as deskScene, type Scene } from "../admin/endpoints/support.ts";

function scene() {
  const { sop, clock } = deskScene();
  const recorder = latencyRecorder(sop, clock);
  onTestFinished(() => recorder.stop());
  return { clock, sop, recorder, request: requests(sop, clock) };
}

/** Sends requests through the verbs, as an adapter does. */
function requests(sop: Sop, clock: Scene["clock"]) {
  const life = sop.lifecycle<{ route: string }>({ name: "test", route: ({ route }) => route, respond: () => {} });
  return (route: string, ms: number, status = 200, method = "GET"): void => {
    const context = life.open({ method, headers: {} }, { route });
    clock.advance(ms);
    life.close(context, status, status === 499 ? "aborted" : "finished");
  };
}

describe("the recorder", () => {
  it("adds no observer before it is asked, one when it is, and takes it away a minute after the last question", () => {
    const { sop, clock } = deskScene();
    let observers = 0;
    const { observe } = sop;
    sop.observe = (observer) => {
      observers++;
      const stop = observe(observer);
      return () => {
        observers--;
        stop();
      };
    };
    const recorder = latencyRecorder(sop, clock);
    expect(observers).toBe(0);
    recorder.read();
    recorder.read();
    expect(observers).toBe(1);
    clock.advance(59_000);
    recorder.read();
    clock.advance(59_000);
    expect(observers).toBe(1);
    clock.advance(1_000);
    expect(observers).toBe(0);
    recorder.read();
    expect(observers).toBe(1);
    recorder.stop();
    expect(observers).toBe(0);
  });

  it("counts by route and method, errors and those who left apart, and tells only of seconds that are over", () => {
    const { clock, recorder, request } = scene();
    request("/before", 10);
    clock.advance(1_000 - (clock.now() % 1_000));
    recorder.read();
    request("/a", 10);
    request("/a", 30, 500);
    request("/a", 5, 200, "POST");
    request("/b", 20, 499);
    expect(recorder.read().slices).toEqual([]);
    clock.advance(1_000);
    const [slice, ...more] = slicesOf(recorder.read());
    expect(more).toEqual([]);
    expect(slice?.routes).toEqual([
      {
        route: "GET /a",
        errors: 1,
        cancelled: 0,
        counts: [
          [bucketOf(10), 1],
          [bucketOf(30), 1],
        ],
      },
      { route: "POST /a", errors: 0, cancelled: 0, counts: [[bucketOf(5), 1]] },
      { route: "GET /b", errors: 0, cancelled: 1, counts: [[bucketOf(20), 1]] },
    ]);
  });

  it("gives each slice to one who goes on from `until` once, also over seconds without requests", () => {
    const { clock, recorder, request } = scene();
    let cursor = recorder.read().until;
    let heard = 0;
    for (let i = 0; i < 50; i++) {
      if (i % 3 !== 0) request("/a", 1 + (i % 7));
      clock.advance((i * 397) % 2_500);
      const read = recorder.read(cursor);
      heard += countOf(read);
      cursor = read.until;
    }
    clock.advance(2_000);
    expect(heard + countOf(recorder.read(cursor))).toBe(33);
    expect(countOf(recorder.read())).toBe(33);
  });
});

function countOf(recorded: RecordedLatency): number {
  const counts = slicesOf(recorded).flatMap(({ routes }) => routes.flatMap((route) => route.counts));
  return counts.reduce((n, [, count]) => n + count, 0);
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("a recording", () => {
  it("loses nothing that it has room for, and counts what it has none for under `other`", () => {
    const request = fc.record({
      route: fc.nat({ max: 9 }),
      ms: fc.double({ min: 0, max: 1e7, noNaN: true }),
      status: fc.constantFrom(200, 404, 499, 500, 503),
      wait: fc.nat({ max: 1_500 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 100 }), (all) => {
        let now = 1_000_000;
        const recording = new Recording(now, { routes: 5, slices: 1_000 });
        for (const { route, ms, status, wait } of all) {
          now += wait;
          recording.record(now, "GET", `/${route}`, status, ms);
        }
        const routes = slicesOf(recording.read(now + 1_000)).flatMap((slice) => slice.routes);
        const requests = routes.flatMap(({ counts }) => counts).reduce((n, [, count]) => n + count, 0);
        expect(requests).toBe(all.length);
        const failed = all.filter(({ status }) => status >= 500).length;
        expect(routes.reduce((n, { errors }) => n + errors, 0)).toBe(failed);
        const left = all.filter(({ status }) => status === 499).length;
        expect(routes.reduce((n, { cancelled }) => n + cancelled, 0)).toBe(left);
        const names = new Set(all.map(({ route }) => route));
        expect(routes.some(({ route }) => route === "other")).toBe(names.size > 5);
      }),
    );
  });

  it("keeps a bounded time, and a bounded number of cells", () => {
    const recording = new Recording(0, { slices: 10, cells: 60 });
    for (let second = 0; second < 100; second++) recording.record(second * 1_000, "GET", "/a", 200, 10);
    const { slices } = recording.read(100_000);
    // Six numbers each: the time bounds it.
    expect(slices.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, i) => 90_000 + i * 1_000));
    for (let i = 0; i < 30; i++) recording.record(100_000, "GET", `/${i}`, 200, 10);
    // 180 numbers in one second: the others have no room beside it.
    expect(recording.read(101_000).slices.map(({ at }) => at)).toEqual([100_000]);
  });

  it("makes no garbage for a request of a known route", () => {
    const recording = new Recording(0);
    const round = (): void => {
      for (let i = 0; i < 100_000; i++) recording.record(500, "GET", "/a", 200, i % 1_000);
    };
    round();
    collect();
    const before = process.memoryUsage().heapUsed;
    round();
    expect((process.memoryUsage().heapUsed - before) / 100_000).toBeLessThan(1);
  });
});
