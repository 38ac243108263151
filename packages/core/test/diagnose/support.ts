import type { RecordedCalls, RecordedRoute, RecordedWindow, Sample, SampleFieldName } from "@sop/core";

/** When all of these windows begin. */
export const START = 1_795_600_000_000;
const INTERVAL = 200;

/** A figure of each sample: the same throughout, or by the seconds since the window began. `undefined`: it is not there. */
export type Figure = number | undefined | ((second: number) => number | undefined);
export type Figures = { readonly [name in SampleFieldName]?: Figure };

/** What a small service is like that has nothing wrong: recorded of one on express, with 20 requests a second. */
export const HEALTHY = {
  elu_ratio: 0.05,
  loop_delay_p99_ms: 3,
  loop_delay_max_ms: 4,
  gc_ms: 0.4,
  gc_major_count: 0,
  gc_minor_count: 0,
  heap_used_bytes: (second) => 18e6 + (second % 4) * 1e6,
  heap_after_gc_bytes: 16e6,
  heap_limit_bytes: 587e6,
  external_bytes: 2.5e6,
  array_buffers_bytes: 1e6,
  timers_count: 0,
  resources_count: 6,
  in_flight_count: 0,
  in_oldest_ms: 0,
  in_streaming_count: 0,
  in_started_count: 4,
  in_ended_count: 4,
  in_failed_count: 0,
  in_timeout_count: 0,
  in_canceled_count: 0,
  in_p50_ms: 1,
  in_p99_ms: 4,
  out_flight_count: 0,
  out_oldest_ms: 0,
  out_started_count: 0,
  out_ended_count: 0,
  out_failed_count: 0,
  out_timeout_count: 0,
  out_refused_count: 0,
  out_reset_count: 0,
  out_retry_count: 0,
  out_unread_count: 0,
  out_queued_count: 0,
  warnings_count: 0,
  heartbeat_gap_ms: 0,
  cpu_ratio: 0.06,
  main_cpu_ratio: 0.05,
  rss_bytes: 95e6,
  fd_count: 29,
  fd_limit_count: 20_000,
  fd_file_count: 0,
  tcp_established_count: 3,
  tcp_close_wait_count: 0,
  tcp_backlog_count: 0,
} as const satisfies Figures;

/** A heap that is collected each 1.5 s; `after`: what is left then, by the second. */
export function collected(after: (second: number) => number): Figures {
  const isCollection = (second: number): boolean => Math.floor(second / 1.5) !== Math.floor((second - 0.2) / 1.5);
  const last = (second: number): number => after(Math.floor(second / 1.5) * 1.5);
  return {
    gc_major_count: (second) => (isCollection(second) ? 1 : 0),
    heap_after_gc_bytes: (second) => last(second) + ((second * 7) % 3) * 1e6,
    heap_old_bytes: last,
    heap_used_bytes: (second) => last(second) + (second % 1.5) * 2e6,
  };
}

/** Samples of so many seconds, five in each. */
export function samples(seconds: number, figures: Figures = {}): Sample[] {
  const all: Figures = { ...HEALTHY, ...figures };
  return Array.from({ length: seconds * 5 }, (_, i) => {
    const second = (i * INTERVAL) / 1_000;
    const values = Object.entries(all).map(([name, figure]) => {
      const value = typeof figure === "function" ? figure(second) : figure;
      return [name, value] as const;
    });
    return {
      at: START + i * INTERVAL,
      interval: INTERVAL,
      ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
    } as Sample;
  });
}

/** A window of so many seconds. */
export function recorded(seconds: number, figures: Figures = {}, rest: Partial<RecordedWindow> = {}): RecordedWindow {
  return { panics: [], inFlight: 0, missing: [], samples: samples(seconds, figures), startedAt: START, ...rest };
}

/** From the given second on one thing, another before. */
export function from(second: number, then: Figure, before: Figure = 0): (at: number) => number | undefined {
  const of = (figure: Figure, at: number): number | undefined => (typeof figure === "function" ? figure(at) : figure);
  return (at) => (at >= second ? of(then, at - second) : of(before, at));
}

/** A route that goes well. */
export function route(name: string, rest: Partial<RecordedRoute> = {}): RecordedRoute {
  return {
    method: "GET",
    route: name,
    inFlight: 0,
    oldest: 0,
    streaming: 0,
    ended: 100,
    failed: 0,
    timedOut: 0,
    canceled: 0,
    p50: 1,
    p99: 4,
    lastOkAt: START + 10_000,
    canceledAfter: undefined,
    canceledSpread: undefined,
    baseline: { ended: 30, p50: 1, p99: 4 },
    ...rest,
  };
}

/** A host that answers. */
export function host(name: string, rest: Partial<RecordedCalls> = {}): RecordedCalls {
  return {
    host: name,
    inFlight: 0,
    oldest: 0,
    started: 100,
    ended: 100,
    failed: 0,
    refused: 0,
    reset: 0,
    timedOut: 0,
    retried: 0,
    unread: 0,
    queued: 0,
    p50: 3,
    p99: 9,
    from: [],
    ...rest,
  };
}
