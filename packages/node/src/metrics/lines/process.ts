import type { Metric } from "../metric.js";
import { maxFiles, openFiles } from "../runtime/files.js";
import { one } from "./series.js";

/** Of the process. */
export const PROCESS: readonly Metric[] = [
  {
    name: "event_loop_utilization_ratio",
    help: "Share of the last 15 to 30 seconds in which the event loop was busy.",
    kind: "gauge",
    unit: "ratio",
    labels: [],
    joined: "max",
    read: ({ eventLoop }) => one(eventLoop.utilization),
  },
  {
    name: "event_loop_delay_seconds",
    help: "How late the event loop was in the last 15 to 30 seconds, by quantile; 1 is the longest.",
    kind: "gauge",
    unit: "seconds",
    labels: ["quantile"],
    joined: "max",
    read: ({ eventLoop }) => eventLoop.delays.map(([quantile, value]) => ({ labels: [quantile], value })),
  },
  {
    name: "event_loop_stalled_seconds",
    help: "How long the main thread has not turned; 0 while it does. Only the admin plane can tell meanwhile.",
    kind: "gauge",
    unit: "seconds",
    labels: [],
    joined: "max",
    // Who reads it in the main thread has the proof that it turns.
    read: () => one(0),
  },
  {
    name: "process_open_fds",
    help: "Number of open file descriptors.",
    kind: "gauge",
    unit: "files",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(openFiles()),
  },
  {
    name: "process_max_fds",
    help: "Maximum number of open file descriptors.",
    kind: "gauge",
    unit: "files",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(maxFiles()),
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage.rss()),
  },
  {
    name: "nodejs_heap_size_used_bytes",
    help: "Process heap size used from Node.js in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage().heapUsed),
  },
  {
    name: "nodejs_external_memory_bytes",
    help: "Node.js external memory size in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage().external),
  },
  {
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    kind: "counter",
    unit: "seconds",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => {
      const { user, system } = process.cpuUsage();
      return one((user + system) / 1e6);
    },
  },
  {
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    kind: "gauge",
    unit: "seconds",
    labels: [],
    joined: "max",
    isDefault: true,
    read: () => one(Math.round(Date.now() / 1_000 - process.uptime())),
  },
];
