/** One figure of a sample: its unit, and what it says. */
export interface SampleField {
  readonly unit: "ms" | "bytes" | "count" | "ratio";
  /** Where it is read: in the main thread, which is silent while it is blocked, or outside of it. */
  readonly from: "main" | "outside";
  /** `gauge`: as it is at the time of the sample. `interval`: what came about since the sample before. */
  readonly kind: "gauge" | "interval";
  readonly about: string;
}

const main = (unit: SampleField["unit"], kind: SampleField["kind"], about: string): SampleField => ({
  unit,
  from: "main",
  kind,
  about,
});
const outside = (unit: SampleField["unit"], kind: SampleField["kind"], about: string): SampleField => ({
  unit,
  from: "outside",
  kind,
  about,
});

/** Every figure of a sample, in the order in which rings and files keep them: new ones are added at the end. */
export const SAMPLE_FIELDS = {
  elu_ratio: main("ratio", "interval", "share of the interval in which the event loop was busy"),
  loop_delay_p99_ms: main("ms", "interval", "how late the event loop was, 99th percentile"),
  loop_delay_max_ms: main("ms", "interval", "how late the event loop was at most"),
  gc_ms: main("ms", "interval", "time spent in garbage collections"),
  gc_major_count: main("count", "interval", "mark-sweep collections"),
  gc_minor_count: main("count", "interval", "scavenges"),
  heap_used_bytes: main("bytes", "gauge", "used heap"),
  heap_after_gc_bytes: main("bytes", "gauge", "used heap right after the last mark-sweep collection"),
  heap_old_bytes: main("bytes", "gauge", "used old space, large objects included"),
  heap_limit_bytes: main("bytes", "gauge", "limit of the heap"),
  external_bytes: main("bytes", "gauge", "memory of objects outside of the heap, array buffers included"),
  array_buffers_bytes: main("bytes", "gauge", "memory of array buffers"),
  timers_count: main("count", "gauge", "active timers that keep the loop alive"),
  resources_count: main("count", "gauge", "active resources of all kinds"),
  in_flight_count: main("count", "gauge", "inbound requests without an end; streams and upgrades are not counted"),
  in_oldest_ms: main("ms", "gauge", "age of the oldest of them"),
  in_streaming_count: main("count", "gauge", "inbound requests whose answer has begun and has no end yet"),
  in_started_count: main("count", "interval", "inbound requests that arrived"),
  in_ended_count: main("count", "interval", "inbound requests that ended, whichever way"),
  in_failed_count: main("count", "interval", "inbound requests that ended with 500 or more"),
  in_timeout_count: main("count", "interval", "inbound requests that ended with 408 or 504, or at their deadline"),
  in_canceled_count: main("count", "interval", "inbound requests whose client left"),
  in_p50_ms: main("ms", "interval", "duration of inbound requests, median of those that ended"),
  in_p99_ms: main("ms", "interval", "duration of inbound requests, 99th percentile of those that ended"),
  out_flight_count: main("count", "gauge", "outgoing calls without an answer"),
  out_oldest_ms: main("ms", "gauge", "age of the oldest of them"),
  out_started_count: main("count", "interval", "outgoing calls that were made"),
  out_ended_count: main("count", "interval", "outgoing calls that ended, whichever way"),
  out_failed_count: main("count", "interval", "outgoing calls that got no answer, or one of 500 or more"),
  out_timeout_count: main("count", "interval", "outgoing calls that were given up by a timeout"),
  out_refused_count: main("count", "interval", "outgoing calls whose connection was refused"),
  out_reset_count: main("count", "interval", "outgoing calls whose connection was reset"),
  out_retry_count: main("count", "interval", "outgoing calls that repeat another one of the same request"),
  out_p50_ms: main("ms", "interval", "duration of outgoing calls, median of those that ended"),
  out_unread_count: main("count", "gauge", "answers to outgoing calls whose body is not being read"),
  out_queued_count: main("count", "gauge", "outgoing calls that wait for a connection of their client's pool"),
  lock_waiting_count: main("count", "gauge", "who waits for tracked locks"),
  pool_waiting_count: main("count", "gauge", "who waits for tracked pools"),
  threadpool_delay_ms: main("ms", "gauge", "how long a task waited for a thread of libuv's pool"),
  warnings_count: main("count", "interval", "warnings of the process"),
  heartbeat_gap_ms: outside("ms", "gauge", "for how long the main thread has been silent"),
  cpu_ratio: outside("ratio", "interval", "processor time of the process, 1 is one processor"),
  main_cpu_ratio: outside("ratio", "interval", "processor time of the main thread"),
  rss_bytes: outside("bytes", "gauge", "resident memory"),
  fd_count: outside("count", "gauge", "open file descriptors"),
  fd_limit_count: outside("count", "gauge", "limit of file descriptors"),
  fd_file_count: outside("count", "gauge", "file descriptors of files, as of the last look at their kinds"),
  fd_socket_count: outside("count", "gauge", "file descriptors of sockets, as of the last look at their kinds"),
  fd_pipe_count: outside("count", "gauge", "file descriptors of pipes, as of the last look at their kinds"),
  fd_other_count: outside("count", "gauge", "other file descriptors, as of the last look at their kinds"),
  tcp_established_count: outside("count", "gauge", "TCP sockets of the process that are established"),
  tcp_close_wait_count: outside(
    "count",
    "gauge",
    "TCP sockets of the process whose peer closed, and which are not closed",
  ),
  tcp_syn_sent_count: outside("count", "gauge", "TCP sockets of the process that are being connected"),
  tcp_backlog_count: outside("count", "gauge", "connections that wait to be accepted"),
  cgroup_memory_bytes: outside("bytes", "gauge", "memory of the control group"),
  cgroup_memory_limit_bytes: outside("bytes", "gauge", "its limit"),
  cgroup_throttled_ms: outside("ms", "interval", "time for which the control group was kept from running"),
  cgroup_oom_kills_count: outside(
    "count",
    "interval",
    "processes of the control group that were killed for lack of memory",
  ),
  tcp_accepted_count: outside("count", "gauge", "TCP sockets of the process that are established and that it accepted"),
  connect_failed_count: main("count", "interval", "connections to others, of whichever protocol, that came to nothing"),
} as const satisfies Readonly<Record<string, SampleField>>;

/** The name of a figure; its unit is the last part of it. */
export type SampleFieldName = keyof typeof SAMPLE_FIELDS;

/** What the sensors saw at one time. A figure that could not be read is not there: it is never a zero in its place. */
export type Sample = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds since the sample before. */
  readonly interval: number;
} & { readonly [name in SampleFieldName]?: number | undefined };
