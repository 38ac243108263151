import { pbkdf2 } from "node:crypto";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createSop, type Sample, type Sop } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { makeBlackBox } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";
import { watchOutgoing } from "../../src/http.ts";
import { MainSampler } from "../../src/sensors/main/main-sampler.ts";
import { countWaiters } from "../../src/sensors.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

/** Sensors at work in this process, every 50 ms. */
function sampled({ isWatched = true } = {}) {
  const sop = createSop({ service: "shop", logger: silent, ports: { host } });
  const unwatch = isWatched ? watchOutgoing(sop) : () => {};
  const box = makeBlackBox();
  const ring = new SampleRing(box);
  const sampler = new MainSampler(sop, box, 50, ring);
  onTestFinished(() => {
    sampler.stop();
    unwatch();
    sop.dispose();
  });
  return { sop, box, ring, sampler, after: (since: number) => ring.read(since) };
}

/** Waits for a sample that is as `fits` says, and returns it. */
function sampleOf(ring: SampleRing, fits: (sample: Sample) => boolean, since = 0): Promise<Sample> {
  return vi.waitFor(
    () => {
      const found = ring.read(since).find(fits);
      expect(found).toBeDefined();
      return found as Sample;
    },
    { timeout: 20_000, interval: 20 },
  );
}

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("the event loop", () => {
  it("is busy while it spins, and late by as much as it was blocked", async () => {
    const { ring } = sampled();
    const quiet = await sampleOf(ring, () => true);
    expect(quiet.loop_delay_max_ms).toBeDefined();
    spin(400);
    const { elu_ratio, loop_delay_max_ms, interval } = await sampleOf(ring, (s) => (s.loop_delay_max_ms ?? 0) > 250);
    expect(elu_ratio).toBeGreaterThan(0.6);
    expect(loop_delay_max_ms).toBeLessThanOrEqual(interval);
  });

  it("tells a block from within a busy time too", async () => {
    const { ring, sampler } = sampled();
    for (let i = 0; i < 5; i++) {
      spin(40);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const since = Date.now();
    spin(150);
    await sampleOf(ring, (s) => (s.loop_delay_max_ms ?? 0) > 100, since);
    expect(sampler.loop.delay(1)).toBeGreaterThan(100);
    expect(sampler.loop.delay(0.5)).toBeLessThan(100);
  });
});

describe("memory", () => {
  it("is told after each mark-sweep collection, with its time", async () => {
    const { ring } = sampled();
    const first = await sampleOf(ring, () => true);
    expect(first.heap_used_bytes).toBeGreaterThan(1e6);
    expect(first.heap_limit_bytes).toBeGreaterThan(first.heap_used_bytes ?? 0);
    expect(first.heap_old_bytes).toBeGreaterThan(1e6);
    const since = Date.now();
    collect();
    const { gc_ms, gc_major_count, heap_after_gc_bytes } = await sampleOf(
      ring,
      (s) => (s.gc_major_count ?? 0) > 0,
      since,
    );
    expect(gc_ms).toBeGreaterThan(0);
    expect(gc_major_count).toBeGreaterThan(0);
    expect(heap_after_gc_bytes).toBeGreaterThan(1e6);
  });

  it("has the time of its collections in the sample of the turn that they made long", async () => {
    const { ring } = sampled();
    await sampleOf(ring, () => true);
    const since = Date.now();
    for (let i = 0; i < 3; i++) collect();
    spin(300);
    const { gc_ms, gc_major_count } = await sampleOf(ring, (s) => s.interval > 250, since);
    expect(gc_ms).toBeGreaterThan(0);
    expect(gc_major_count).toBe(3);
  });

  it("outside of the heap is told as array buffers", async () => {
    const { ring } = sampled();
    const before = await sampleOf(ring, (s) => s.array_buffers_bytes !== undefined);
    const buffer = Buffer.alloc(64 * 2 ** 20, 1);
    const after = await sampleOf(ring, (s) => (s.array_buffers_bytes ?? 0) > (before.array_buffers_bytes ?? 0) + 6e7);
    expect(after.external_bytes).toBeGreaterThan(6e7);
    expect(buffer[0]).toBe(1);
  });
});

it("timers and resources that keep the loop alive are counted", async () => {
  const { ring } = sampled();
  const before = await sampleOf(ring, (s) => s.timers_count !== undefined);
  const timers = Array.from({ length: 30 }, () => setTimeout(() => {}, 60_000));
  const after = await sampleOf(ring, (s) => (s.timers_count ?? 0) >= (before.timers_count ?? 0) + 25);
  for (const timer of timers) clearTimeout(timer);
  expect(after.resources_count).toBeGreaterThanOrEqual(after.timers_count ?? 0);
});

it("a pool of threads that is taken delays what waits for it, and a blocked loop alone does not", async () => {
  const { ring } = sampled();
  await sampleOf(ring, (s) => s.threadpool_delay_ms !== undefined);
  spin(1_200);
  spin(1_200);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(Math.max(...ring.read().map((s) => s.threadpool_delay_ms ?? 0))).toBeLessThan(1_000);
  const since = Date.now();
  let isSeen = false;
  const tasks = Array.from({ length: 8 }, async () => {
    while (!isSeen) await derive();
  });
  const seen = await sampleOf(ring, (s) => (s.threadpool_delay_ms ?? 0) > 300, since);
  expect(seen.elu_ratio).toBeLessThan(0.9);
  isSeen = true;
  await Promise.all(tasks);
});

function derive(): Promise<unknown> {
  return new Promise((resolve) => pbkdf2("secret", "salt", 300_000, 64, "sha512", resolve));
}

it("warnings are counted, and known by their names", async () => {
  const { ring, sampler } = sampled();
  const since = Date.now();
  process.emitWarning("a secret", "LeakWarning");
  await sampleOf(ring, (s) => (s.warnings_count ?? 0) > 0, since);
  expect(sampler.warnings.byName(since)).toEqual({ LeakWarning: 1 });
});

it("who waits for locks and pools is counted where any are tracked", async () => {
  const { sop, ring } = sampled();
  expect((await sampleOf(ring, () => true)).lock_waiting_count).toBeUndefined();
  const stops = [3, 4].map((waiting) => countWaiters(sop, { kind: "lock", numbers: () => ({ waiting }) }));
  const { lock_waiting_count, pool_waiting_count } = await sampleOf(ring, (s) => s.lock_waiting_count !== undefined);
  expect([lock_waiting_count, pool_waiting_count]).toEqual([7, undefined]);
  for (const stop of stops) stop();
});

it("a source that fails is named once, and the others go on", async () => {
  const { sop, ring, sampler } = sampled({ isWatched: false });
  countWaiters(sop, {
    kind: "pool",
    numbers() {
      throw new Error("the pool is gone");
    },
  });
  const sample = await sampleOf(ring, ({ at }) => at > Date.now() - 40);
  expect(sample.pool_waiting_count).toBeUndefined();
  expect(sample.out_started_count).toBeUndefined();
  expect(sample.heap_used_bytes).toBeGreaterThan(0);
  expect(sampler.missing()).toEqual([
    expect.stringMatching(/^out_flight_count, .*: outgoing calls are not watched$/),
    "lock_waiting_count, pool_waiting_count: the pool is gone",
  ]);
});

describe("requests", () => {
  interface Exchange {
    headersSent: boolean;
  }
  const arrive = (sop: Sop) => {
    const life = sop.lifecycle<Exchange>({ name: "test", route: () => "/", respond: () => {} });
    const exchange = { headersSent: false };
    const context = life.open({ headers: {} }, exchange);
    life.admit(context);
    return {
      exchange,
      end: (status: number, end: "finished" | "aborted" = "finished") => life.close(context, status, end),
    };
  };

  it("are counted as they come and end, with their ages and durations", async () => {
    const { sop, ring } = sampled();
    const since = Date.now();
    const [slow, stream, ...others] = Array.from({ length: 6 }, () => arrive(sop));
    if (stream) stream.exchange.headersSent = true;
    const { in_flight_count, in_streaming_count, in_started_count } = await sampleOf(
      ring,
      (s) => s.in_flight_count === 5,
    );
    expect([in_flight_count, in_streaming_count, in_started_count]).toEqual([5, 1, 6]);
    const aged = await sampleOf(ring, (s) => (s.in_oldest_ms ?? 0) > 100);
    expect(aged.in_oldest_ms).toBeLessThanOrEqual(Date.now() - since);
    others[0]?.end(500);
    others[1]?.end(504);
    others[2]?.end(200, "aborted");
    others[3]?.end(200);
    const over = await sampleOf(ring, (s) => (s.in_ended_count ?? 0) > 0);
    expect(over).toMatchObject({ in_ended_count: 4, in_failed_count: 2, in_timeout_count: 1, in_canceled_count: 1 });
    expect(over.in_p99_ms).toBeGreaterThan(100);
    slow?.end(200);
    await sampleOf(ring, (s) => s.in_flight_count === 0 && s.in_oldest_ms === 0, over.at);
  });
});

it("outgoing calls are counted as they are made and end", async () => {
  const { ring } = sampled();
  const server = createServer((_request, response) => void setTimeout(() => response.end("ok"), 200));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const calls = [
    fetch(url),
    fetch(url),
    new Promise((resolve) => get(url, (answer) => answer.resume().on("end", resolve))),
  ];
  const flying = await sampleOf(ring, (s) => s.out_flight_count === 3 && (s.out_oldest_ms ?? 0) > 50);
  expect(flying.out_queued_count).toBe(0);
  await Promise.all(calls);
  const ended = await sampleOf(ring, (s) => (s.out_ended_count ?? 0) > 0);
  expect(ended.out_p50_ms).toBeGreaterThan(150);
  get("http://127.0.0.1:1").on("error", () => {});
  const refused = await sampleOf(ring, (s) => (s.out_refused_count ?? 0) > 0);
  expect(refused.out_failed_count).toBe(1);
  await fetch(url, { signal: AbortSignal.timeout(50) }).catch(() => {});
  await sampleOf(ring, (s) => s.out_timeout_count === 1 && s.out_failed_count === 1);
});
