import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How busy the event loop was, and how late. */
export interface EventLoopReading {
  /** Share of the time in which it was busy, 0..1. */
  readonly utilization: number;
  /** By quantile: how late it was, in seconds. */
  readonly delays: readonly (readonly [quantile: string, seconds: number])[];
}

const QUANTILES = ["0.5", "0.95", "0.99", "1"] as const;
/** Milliseconds between two looks, which are no delay. */
const RESOLUTION = 10;
/** A window that is older ends when it is next read. */
const WINDOW = 15_000;

/**
 * Watches the event loop of this process from the first reading on; what looks at it is native, and wakes no JavaScript. Each reading
 * tells of the running window and the one before, so that several who scrape take nothing from each other.
 */
class EventLoopSensor {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #before = QUANTILES.map(() => 0);
  #begun = performance.now();
  #current: EventLoopUtilization = performance.eventLoopUtilization();
  #previous = this.#current;

  constructor() {
    this.#delay.enable();
  }

  read(now: number): EventLoopReading {
    const { utilization } = performance.eventLoopUtilization(this.#previous);
    const delays = QUANTILES.map((q) => Math.max(0, this.#delay.percentile(Number(q) * 100) / 1e6 - RESOLUTION) / 1e3);
    const worst = delays.map((delay, i) => Math.max(delay, this.#before[i] ?? 0));
    if (now - this.#begun >= WINDOW) {
      this.#begun = now;
      this.#before = delays;
      this.#delay.reset();
      this.#previous = this.#current;
      this.#current = performance.eventLoopUtilization();
    }
    return {
      utilization: Math.min(1, Math.max(0, utilization)),
      delays: QUANTILES.map((quantile, i) => [quantile, worst[i] ?? 0]),
    };
  }
}

let sensor: EventLoopSensor | undefined;

/** How the event loop of this process is. The first call starts to watch it. */
export function readEventLoop(): EventLoopReading {
  sensor ??= new EventLoopSensor();
  return sensor.read(performance.now());
}
