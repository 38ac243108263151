import { DURATION_BUCKETS } from "@sop/core";
import { Histogram } from "prom-client";

type Reading = Awaited<ReturnType<Histogram["get"]>>;

/** A series that was counted elsewhere. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  readonly buckets: readonly number[];
}

interface DurationsConfig {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** A histogram that was counted elsewhere: prom-client's own can only be filled one observation at a time. */
export class Durations extends Histogram {
  readonly #name: string;
  readonly #read: () => readonly Series[];
  readonly #empty: Histogram;

  constructor(config: DurationsConfig, read: () => readonly Series[]) {
    const whole = { ...config, buckets: [...DURATION_BUCKETS], registers: [] };
    super(whole);
    this.#name = config.name;
    this.#read = read;
    this.#empty = new Histogram(whole);
  }

  override async get(): Promise<Reading> {
    // Read before anything is awaited, in one turn with all other metrics.
    const values = this.#read().flatMap((series) => valuesOf(this.#name, series));
    return { ...(await this.#empty.get()), values };
  }

  /** What a registry asks for its text; the values are the same. */
  getForPromString(): Promise<Reading> {
    return this.get();
  }
}

function valuesOf(name: string, { labels, buckets, sum, count }: Series): Reading["values"] {
  let below = 0;
  const cumulative = buckets.map((n, i) => {
    below += n;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: DURATION_BUCKETS[i] ?? "+Inf" }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
