import { type Bounds, emptyHistogram, type Histogram, read, record } from "../metrics/histogram.js";
import { LabelCounter, OTHER } from "../metrics/label-counter.js";

/** One series of the calls: its labels, and its histogram. */
export interface OutgoingSeries {
  /** Host and port, or `other`. */
  readonly host: string;
  /** The HTTP status as text, or `error` where no answer came. */
  readonly status: string;
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  /** Counts by bucket of `MetricsSnapshot.bounds`, not cumulative; the last is `+Inf`. */
  readonly buckets: readonly number[];
}

/** The numbers of outgoing calls. */
export interface OutgoingSnapshot {
  /** `outgoing_request_duration_seconds`: from the call to the head of its answer. */
  readonly durations: readonly OutgoingSeries[];
  /** `outgoing_requests_without_deadline_total` by `host`. */
  readonly withoutDeadline: Readonly<Record<string, number>>;
}

const MAX_HOSTS = 100;

/** Where outgoing calls are measured: by host and status, at most 100 hosts and what overflows under `other`. */
export class OutgoingNumbers {
  /** By host: the histogram of each status, which is looked up by number; 0 is `error`. */
  readonly #hosts = new Map<string, (Histogram | undefined)[]>();
  readonly #withoutDeadline: LabelCounter;
  readonly #bounds: Bounds;
  readonly #overflowed: () => void;
  #told = false;

  constructor(bounds: Bounds, overflowed: (metric: string) => void) {
    this.#bounds = bounds;
    this.#overflowed = () => overflowed("outgoing_request_duration_seconds");
    this.#withoutDeadline = new LabelCounter(MAX_HOSTS, () => overflowed("outgoing_requests_without_deadline_total"));
  }

  record(host: string, status: number, milliseconds: number): void {
    const statuses = this.#hosts.get(host) ?? this.#add(host);
    const valid = status >= 100 && status < 600 ? status : 0;
    const cells = statuses[valid] ?? emptyHistogram(this.#bounds);
    statuses[valid] = cells;
    record(cells, this.#bounds, milliseconds);
  }

  withoutDeadline(host: string): void {
    this.#withoutDeadline.add(host);
  }

  read(): OutgoingSnapshot {
    const durations: OutgoingSeries[] = [];
    for (const [host, statuses] of this.#hosts) {
      statuses.forEach((cells, status) => {
        if (cells) durations.push({ host, status: status === 0 ? "error" : String(status), ...read(cells) });
      });
    }
    return { durations, withoutDeadline: this.#withoutDeadline.read() };
  }

  #add(host: string): (Histogram | undefined)[] {
    const fits = this.#hosts.size < MAX_HOSTS;
    if (!fits && !this.#told) this.#overflowed();
    this.#told ||= !fits;
    const label = fits ? host : OTHER;
    const statuses = this.#hosts.get(label) ?? [];
    this.#hosts.set(label, statuses);
    return statuses;
  }
}
