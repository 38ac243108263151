import type { SourceState } from "../degrade/config-source.js";
import type { CancelReason } from "../observe/observer.js";
import { OutgoingNumbers, type OutgoingSnapshot } from "../outgoing/outgoing-numbers.js";
import type { Clock } from "../ports/clock.js";
import type { BreakerMetrics } from "../resilience/breaker/ports.js";
import { LabelCounter } from "./label-counter.js";
import { RecentWindow } from "./recent-window.js";
import { type RequestSeries, RequestSeriesTable } from "./request-series.js";
import { TOTALS, type Totals } from "./totals.js";

/** All numbers since the start, as one copy: exporters read it when asked, nothing is done in advance. */
export interface MetricsSnapshot {
  /** Upper bounds of all buckets of durations in seconds, rising, each inclusive. */
  readonly bounds: readonly number[];
  /** `http_request_duration_seconds` and `http_requests_total`. */
  readonly requests: readonly RequestSeries[];
  /** `http_requests_in_flight`. */
  readonly inFlight: number;
  /** `middleware_panic_total` by `name`. */
  readonly panics: Readonly<Record<string, number>>;
  /** `request_context_canceled_total` by `reason`. */
  readonly canceled: Readonly<Record<CancelReason, number>>;
  /** `http_requests_refused_total` by `reason`. */
  readonly refused: Readonly<Record<string, number>>;
  /** `incidents_total` by `trigger`. */
  readonly incidents: Readonly<Record<string, number>>;
  /** `degraded_calls_total` by `flag`: calls that were not the primary's because the flag was off. */
  readonly degraded: Readonly<Record<string, number>>;
  /** `circuit_breaker_state` and `circuit_breaker_calls_total`, and the rates of each breaker. */
  readonly breakers: readonly BreakerMetrics[];
  /** `outgoing_request_duration_seconds` and `outgoing_requests_without_deadline_total`. */
  readonly outgoing: OutgoingSnapshot;
  /** `config_source_state` by `source`: what each has told last. */
  readonly sources: Readonly<Record<string, SourceState>>;
}

/** The golden signals of the window that ends now. Ratios are 0..1, durations milliseconds. */
export interface Signals {
  /** The window's width in milliseconds. */
  readonly window: number;
  /** Requests that ended in the window. */
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** `undefined` without requests; at most 9 % off (log-linear buckets, 8 an octave). */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  /** Panics for each request. */
  readonly panicRatio: number;
  /** Share of answers with status 500 to 599. */
  readonly errorRatio: number;
  /** `errorRatio` less that of the window before: above 0 it gets worse. */
  readonly errorRatioShift: number;
  /** Requests that ended without their handler's answer, by reason. */
  readonly canceled: Readonly<Record<CancelReason, number>>;
  /** Calls to other services for each request: what a storm of retries drives up. */
  readonly outgoingRatio: number;
  /** Requests now in flight. */
  readonly inFlight: number;
}

const MAX_LABELS = 200;

/** Where the hot path writes its numbers, once. */
export class Metrics {
  /** Of the calls to other services. */
  readonly outgoing: OutgoingNumbers;
  readonly bounds: readonly number[];
  readonly #inFlight: { readonly size: number };
  readonly #clock: Clock;
  readonly #requests: RequestSeriesTable;
  readonly #recent: RecentWindow;
  readonly #panics: LabelCounter;
  readonly #refused: LabelCounter;
  readonly #incidents: LabelCounter;
  readonly #degraded: LabelCounter;
  readonly #canceled: Record<CancelReason, number> = { canceled: 0, deadline_exceeded: 0 };

  constructor(
    clock: Clock,
    inFlight: { readonly size: number },
    { buckets, maxSeries, window }: { buckets: readonly number[]; maxSeries: number; window: number },
    overflowed: (metric: string) => void,
  ) {
    this.#clock = clock;
    this.#inFlight = inFlight;
    this.bounds = buckets;
    const bounds = Float64Array.from(buckets, (seconds) => seconds * 1_000);
    this.#requests = new RequestSeriesTable(bounds, maxSeries, () => overflowed("http_requests_total"));
    this.#recent = new RecentWindow(window);
    this.#panics = new LabelCounter(MAX_LABELS, () => overflowed("middleware_panic_total"));
    this.#refused = new LabelCounter(MAX_LABELS, () => overflowed("http_requests_refused_total"));
    this.#incidents = new LabelCounter(MAX_LABELS, () => overflowed("incidents_total"));
    this.outgoing = new OutgoingNumbers(bounds, overflowed);
    this.#degraded = new LabelCounter(MAX_LABELS, () => overflowed("degraded_calls_total"));
  }

  closed(now: number, method: string, route: string, status: number, milliseconds: number): void {
    this.#requests.record(method, route, status, milliseconds);
    this.#recent.record(now, milliseconds, status >= 500);
  }

  panicked(name: string): void {
    this.#panics.add(name);
    this.#recent.count(this.#clock.monotonic(), "panics");
  }

  canceled(reason: CancelReason): void {
    this.#canceled[reason]++;
    this.#recent.count(this.#clock.monotonic(), reason);
  }

  refused(reason: string): void {
    this.#refused.add(reason);
  }

  /** Another service is called. */
  called(now: number): void {
    this.#recent.count(now, "outgoing");
  }

  incident(trigger: string): void {
    this.#incidents.add(trigger);
  }

  degraded(flag: string): void {
    this.#degraded.add(flag);
  }

  /** `breakers`, `sources`: theirs are counted where they are. */
  snapshot(breakers: readonly BreakerMetrics[], sources: MetricsSnapshot["sources"]): MetricsSnapshot {
    return {
      bounds: this.bounds,
      requests: this.#requests.read(),
      inFlight: this.#inFlight.size,
      panics: this.#panics.read(),
      canceled: { ...this.#canceled },
      refused: this.#refused.read(),
      incidents: this.#incidents.read(),
      degraded: this.#degraded.read(),
      breakers,
      outgoing: this.outgoing.read(),
      sources,
    };
  }

  /** Adds what was counted since the start, of all routes or the requests of one. */
  total(into: Totals, route: string | undefined): void {
    this.#requests.total(into, route);
    (into[TOTALS.panics] as number) += this.#panics.total;
    (into[TOTALS.canceled] as number) += this.#canceled.canceled + this.#canceled.deadline_exceeded;
    (into[TOTALS.degraded] as number) += this.#degraded.total;
  }

  signals(): Signals {
    const now = this.#clock.monotonic();
    const current = this.#recent.read(now, 0);
    const before = this.#recent.read(now, 1);
    const { requests, canceled, deadline_exceeded, quantile } = current;
    const errorRatio = ratio(current.errors, requests);
    return {
      window: this.#recent.window,
      requests,
      rate: requests / (this.#recent.window / 1_000),
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      panicRatio: ratio(current.panics, requests),
      errorRatio,
      errorRatioShift: errorRatio - ratio(before.errors, before.requests),
      canceled: { canceled, deadline_exceeded },
      outgoingRatio: requests === 0 ? 0 : current.outgoing / requests,
      inFlight: this.#inFlight.size,
    };
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}
