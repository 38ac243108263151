import { DURATION_BUCKETS, type RequestSeries } from "@sop/core";
import { Histogram } from "prom-client";

type Label = "method" | "route" | "status" | "le";
type Reading = Awaited<ReturnType<Histogram<Label>["get"]>>;

const NAME = "http_request_duration_seconds";
const CONFIG = {
  name: NAME,
  help: "How long requests took, from their arrival to the end of their answer.",
  labelNames: ["method", "route", "status"] as const,
  buckets: [...DURATION_BUCKETS],
  registers: [],
};

/** A histogram that was counted elsewhere: prom-client's own can only be filled one observation at a time. */
export class RequestDurations extends Histogram<Label> {
  readonly #read: () => readonly RequestSeries[];
  readonly #empty: Histogram<Label> = new Histogram<Label>(CONFIG);

  constructor(read: () => readonly RequestSeries[]) {
    super(CONFIG);
    this.#read = read;
  }

  override async get(): Promise<Reading> {
    // Read before anything is awaited, in one turn with all other metrics.
    const values = this.#read().flatMap(valuesOf);
    return { ...(await this.#empty.get()), values };
  }

  /** What a registry asks for its text; the values are the same. */
  getForPromString(): Promise<Reading> {
    return this.get();
  }
}

function valuesOf({ method, route, status, buckets, sum, count }: RequestSeries): Reading["values"] {
  const labels = { method, route, status };
  let below = 0;
  const cumulative = buckets.map((n, i) => {
    below += n;
    return { metricName: `${NAME}_bucket`, labels: { ...labels, le: DURATION_BUCKETS[i] ?? "+Inf" }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${NAME}_sum`, labels, value: sum },
    { metricName: `${NAME}_count`, labels, value: count },
  ];
}
