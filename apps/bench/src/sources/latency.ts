import { setTimeout } from "node:timers/promises";
import { type Answers, PacedLoad } from "./pace.ts";
import type { Measured } from "./places.ts";
import { now, Serving } from "./serving.ts";

/** How long a change takes from the store's acknowledgement to the decision in a serving process, in milliseconds. */
export interface Latency extends Answers {
  readonly changes: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Changes that are made before it counts, until everything is compiled. */
const WARM = 50;

/** Changes a flag again and again while a service that reads it answers `rate` requests a second. */
export async function latency(measured: Measured, changes: number, rate: number): Promise<Latency> {
  const place = await measured.open();
  await place.set(both(0));
  const serving = new Serving(place, measured);
  try {
    const port = await serving.port();
    await serving.state("READY", 0);
    const load = new PacedLoad(port, rate);
    const waited: number[] = [];
    for (let i = 1; i <= WARM + changes; i++) {
      await place.set(both(i));
      const acknowledged = now();
      const decided = await serving.decided(i);
      // It may have been seen before the acknowledgement had come back.
      if (i > WARM) waited.push(Math.max(0, decided - acknowledged));
      await setTimeout(20);
    }
    const answers = await load.stop();
    waited.sort((a, b) => a - b);
    const at = (share: number): number => waited[Math.min(waited.length - 1, Math.floor(waited.length * share))] ?? 0;
    return { ...answers, changes, p50: at(0.5), p99: at(0.99), max: at(1) };
  } finally {
    serving.stop();
    await place.close();
  }
}

/** One change of several flags that must not be seen by halves. */
export function both(value: number): Readonly<Record<string, unknown>> {
  return { left: value, right: value, pair: { left: value, right: value } };
}
