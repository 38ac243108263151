import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How busy the event loop was, and how late. */
export interface EventLoopReading {
  /** Share of the time in which it was busy, 0..1. */
  readonly utilization: number;
  /** By quantile: how late it was, in seconds. */
  readonly delays: readonly (readonly [quantile: string, seconds: number])[];
}

/** By quantile, how late the loop was in the last 15 to 30 seconds, in milliseconds. */
export type DelayOf = (quantile: number) => number;

const QUANTILES = ["0.5", "0.95", "0.99", "1"] as const;
/** Milliseconds between two looks, which are no delay. */
const RESOLUTION = 10;
/** A window that is older ends when it is next read. */
const WINDOW = 15_000;

/** Where sensors run, they know. */
const followed = new Set<DelayOf>();

/** Takes the delays of the loop from `delay`, which knows them anyhow, and not from a histogram of our own. Returns a function that ends it. */
export function followDelay(delay: DelayOf): () => void {
  followed.add(delay);
  return () => followed.delete(delay);
}

/**
 * Watches the delays of the loop from the first reading on that nobody else does; what looks at it is native, and wakes no JavaScript.
 * Each reading tells of the running window and the one before, so that several who scrape take nothing from each other.
 */
class DelaySensor {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #before = QUANTILES.map(() => 0);
  #begun = performance.now();

  constructor() {
    this.#delay.enable();
  }

  /** Milliseconds, by quantile. */
  read(now: number): number[] {
    const delays = QUANTILES.map((q) => Math.max(0, this.#delay.percentile(Number(q) * 100) / 1e6 - RESOLUTION));
    const worst = delays.map((delay, i) => Math.max(delay, this.#before[i] ?? 0));
    if (now - this.#begun >= WINDOW) {
      this.#begun = now;
      this.#before = delays;
      this.#delay.reset();
    }
    return worst;
  }

  stop(): void {
    this.#delay.disable();
  }
}

/** How busy the loop was in the running window and the one before. */
class UtilizationSensor {
  #begun = performance.now();
  #current: EventLoopUtilization = performance.eventLoopUtilization();
  #previous = this.#current;

  read(now: number): number {
    const { utilization } = performance.eventLoopUtilization(this.#previous);
    if (now - this.#begun >= WINDOW) {
      this.#begun = now;
      this.#previous = this.#current;
      this.#current = performance.eventLoopUtilization();
    }
    return Math.min(1, Math.max(0, utilization));
  }
}

let delay: DelaySensor | undefined;
let utilization: UtilizationSensor | undefined;

/** How the event loop of this process is. The first call starts to watch it. */
export function readEventLoop(): EventLoopReading {
  utilization ??= new UtilizationSensor();
  const now = performance.now();
  const delays = readDelays(now);
  return {
    utilization: utilization.read(now),
    delays: QUANTILES.map((quantile, i) => [quantile, (delays[i] ?? 0) / 1e3]),
  };
}

function readDelays(now: number): number[] {
  const [known] = followed;
  if (!known) {
    delay ??= new DelaySensor();
    return delay.read(now);
  }
  delay?.stop();
  delay = undefined;
  return QUANTILES.map((q) => known(Number(q)));
}
