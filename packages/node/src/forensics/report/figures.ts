import { SAMPLE_FIELDS, type SampleFieldName } from "@sop/core";

const MEBI = 2 ** 20;

/** A figure with its unit, as people read it; the unit is the last part of the name. */
export function formatFigure(name: string, value: number): string {
  if (/bytes_per_second$/.test(name)) return `${bytes(value)}/s`;
  if (/bytes$/.test(name)) return bytes(value);
  if (/ms_per_second$/.test(name)) return `${short(value)} ms/s`;
  if (/ms$/.test(name)) return time(value);
  if (/per_second$/.test(name)) return `${short(value)}/s`;
  return short(value);
}

/** A limit such as `at least 150000`, with the unit of its figure. */
export function formatLimit(name: string, limit: string): string {
  const [, is, value] = /^(at least|below) (-?[\d.e+]+)$/.exec(limit) ?? [];
  return is === undefined ? limit : `${is} ${formatFigure(name, Number(value))}`;
}

/** Milliseconds as people say them. */
export function time(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1_000) return `${short(ms)} ms`;
  return size < 120_000 ? `${short(ms / 1_000)} s` : `${short(ms / 60_000)} min`;
}

function bytes(value: number): string {
  const size = Math.abs(value);
  if (size < 1_024) return `${Math.round(value)} B`;
  if (size < MEBI) return `${short(value / 1_024)} KiB`;
  return size < 1_024 * MEBI ? `${short(value / MEBI)} MiB` : `${short(value / MEBI / 1_024)} GiB`;
}

function short(value: number): string {
  if (Math.abs(value) >= 100) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** Thousands apart. Intl would do it too, and takes 35 ms of the main thread when it is first used. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Which figures of samples a figure of the diagnosis is computed from, by the beginning of its name; the first that fits. */
const SOURCES: readonly (readonly [begin: RegExp, ...names: SampleFieldName[]])[] = [
  [/^heap_used_of_limit/, "heap_used_bytes"],
  [/^heap_/, "heap_after_gc_bytes"],
  [/^external_/, "external_bytes"],
  [/^memory_of_group/, "cgroup_memory_bytes"],
  [/^memory_kills/, "cgroup_oom_kills_count"],
  [/^fd_close_wait/, "tcp_close_wait_count"],
  [/^fd_/, "fd_count"],
  [/^heartbeat_/, "heartbeat_gap_ms"],
  [/^loop_blocked_cpu/, "main_cpu_ratio"],
  [/^loop_blocked_gc/, "gc_ms"],
  [/^loop_/, "loop_delay_max_ms"],
  [/^elu_/, "elu_ratio"],
  [/^cpu_/, "cpu_ratio"],
  [/^gc_/, "gc_ms"],
  [/^in_flight/, "in_flight_count"],
  [/^in_(stuck|oldest)/, "in_oldest_ms"],
  [/^in_(given_up|cancel)/, "in_canceled_count"],
  [/^in_timeout/, "in_timeout_count"],
  [/^in_failed/, "in_failed_count"],
  [/^in_p50/, "in_p50_ms"],
  [/^in_p99/, "in_p99_ms"],
  [/^in_(goodput|ok|ended|answered)/, "in_ended_count"],
  [/^in_/, "in_started_count"],
  [/^out_p50/, "out_p50_ms"],
  [/^out_(flight|pending)/, "out_flight_count"],
  [/^out_oldest/, "out_oldest_ms"],
  [/^out_failed/, "out_failed_count"],
  [/^out_timeout/, "out_timeout_count"],
  [/^out_refused/, "out_refused_count"],
  [/^out_retry/, "out_retry_count"],
  [/^out_unread/, "out_unread_count"],
  [/^out_queued/, "out_queued_count"],
  [/^out_/, "out_started_count"],
  [/^tcp_backlog/, "tcp_backlog_count"],
  [/^lock_waiting/, "lock_waiting_count"],
  [/^timers_/, "timers_count"],
];

/** The figure of samples that a figure of the diagnosis is computed from; `undefined` where it is from no samples. */
export function sourceOf(feature: string): SampleFieldName | undefined {
  if (feature in SAMPLE_FIELDS) return feature as SampleFieldName;
  return SOURCES.find(([begin]) => begin.test(feature))?.[1];
}
