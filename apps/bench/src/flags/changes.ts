import { setImmediate, setTimeout } from "node:timers/promises";
import { createSop } from "@sop/core";
import { contexts } from "./definitions.ts";
import { Feed } from "./feed.ts";

/** Percentiles in microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** What changes cost a process that serves requests. */
export interface ChangeCost {
  /** What a request took, in microseconds, without and with changes: medians of rounds in turn. */
  readonly idle: Latency;
  readonly busy: Latency;
  /** Bytes of heap that a second of changes leaves behind. */
  readonly growth: number;
}

const ROUNDS = 4;
const SETTLE = 6_000;

/** Ten thousand flags, of which a thousand change each second, under a thousand requests a second. */
export async function changes(seconds: number): Promise<ChangeCost> {
  const feed = new Feed(10_000);
  const sop = createSop({ service: "bench", logLevel: "silent", sources: [feed] });
  await setImmediate();
  const life = sop.lifecycle<undefined>({ name: "bench", route: () => "/", respond: () => {} });
  const handles = Array.from({ length: 200 }, (_, i) => sop.flag(`flag-${i * 49}`, "code"));
  const decide = (): number => handles.filter(({ value }) => value === "n").length;
  const serve = (i: number): void => {
    const context = life.open({ headers: {} }, undefined);
    context.set("targetingKey", contexts[i & 63]?.targetingKey);
    life.run(context, decide);
    life.close(context, 200, "finished");
  };
  const idle: Latency[] = [];
  const busy: Latency[] = [];
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Requests may see older states for five seconds: only then it is idle again.
    await setTimeout(SETTLE);
    const quiet = await paced(seconds, serve);
    await paced(SETTLE / 1_000, serve, feed);
    if (round === 1) before = heap();
    const changing = await paced(seconds, serve, feed);
    // The first round warms up.
    if (round > 0) idle.push(latency(quiet));
    if (round > 0) busy.push(latency(changing));
  }
  const growth = (heap() - before) / ((ROUNDS - 2) * (SETTLE / 1_000 + seconds) + seconds);
  sop.dispose();
  return { idle: median(idle), busy: median(busy), growth };
}

/** Ten requests every ten milliseconds, each with a change before it where there is a feed; how long each request took. */
async function paced(seconds: number, serve: (i: number) => void, feed?: Feed): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  for (let slice = 0; slice < seconds * 100; slice++) {
    for (let i = 0; i < 10; i++) {
      feed?.change();
      await setImmediate();
      const begin = performance.now();
      serve(i);
      times.push((performance.now() - begin) * 1_000);
    }
    await setTimeout(Math.max(0, start + (slice + 1) * 10 - performance.now()));
  }
  return times;
}

function latency(times: number[]): Latency {
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function median(rounds: readonly Latency[]): Latency {
  const of = (numbers: number[]): number => quantile(numbers, 0.5);
  return { p50: of(rounds.map(({ p50 }) => p50)), p99: of(rounds.map(({ p99 }) => p99)) };
}

function quantile(numbers: number[], q: number): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length * q)] as number;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
