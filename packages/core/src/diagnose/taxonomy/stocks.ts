import { isBlocked } from "./blocked.js";
import { atLeast, below, type CauseClass } from "./cause-class.js";

/** Milliseconds: a cache that fills up in less is not taken for a leak. */
const SUSTAINED = 7_000;
const LONG = 120_000;
const isStuck = {
  sees: "requests are stuck, and hold their memory",
  checks: [atLeast("in_flight_max_count", 20), atLeast("in_oldest_max_ms", 2_500)],
};

export const memoryLeak = {
  name: "memory_leak",
  about: "memory that is kept with each request, and never given back",
  ways: [
    {
      sees: "the heap after collections keeps growing, as fast in the second half as before",
      checks: [
        atLeast("heap_growth_span_ms", SUSTAINED),
        atLeast("heap_slope_second_half_bytes_per_second", 350_000),
        atLeast("heap_growth_bytes", 3_500_000),
        atLeast("heap_growth_of_level_ratio", 0.1),
        atLeast("heap_growth_fit_ratio", 0.75),
        atLeast("heap_growth_decay_ratio", 0.45),
        atLeast("heap_growth_lately_ratio", 0.5),
        atLeast("heap_growth_per_request_bytes", 500),
      ],
    },
    {
      sees: "the heap after collections has been growing for minutes, as fast in the second half as before",
      checks: [
        atLeast("heap_growth_span_ms", LONG),
        atLeast("heap_slope_second_half_bytes_per_second", 30_000),
        atLeast("heap_growth_of_level_ratio", 0.15),
        atLeast("heap_growth_fit_ratio", 0.75),
        atLeast("heap_growth_decay_ratio", 0.7),
        atLeast("heap_growth_per_request_bytes", 100),
      ],
    },
    {
      sees: "the old space keeps growing, and of what one place allocates more and more is in use",
      checks: [
        atLeast("leaking_site_bytes", 1_500_000),
        atLeast("leaking_site_lately_bytes", 500_000),
        atLeast("heap_old_growth_span_ms", SUSTAINED),
        atLeast("heap_old_slope_second_half_bytes_per_second", 350_000),
        atLeast("heap_old_growth_bytes", 3_500_000),
        atLeast("heap_old_growth_fit_ratio", 0.5),
      ],
    },
    {
      sees: "memory outside of the heap keeps growing, as fast in the second half as before",
      checks: [
        atLeast("external_growth_span_ms", SUSTAINED),
        atLeast("external_slope_second_half_bytes_per_second", 300_000),
        atLeast("external_growth_bytes", 4_000_000),
        atLeast("external_growth_steady_ratio", 0.8),
        atLeast("external_growth_decay_ratio", 0.5),
      ],
    },
    {
      sees: "the heap grows by 85 MB a second",
      checks: [atLeast("heap_slope_second_half_bytes_per_second", 85e6), atLeast("heap_growth_span_ms", 60_000)],
      isProof: true,
    },
  ],
  refutes: [
    isStuck,
    isBlocked,
    { sees: "clients have left requests that are stuck", checks: [atLeast("in_stuck_count", 10)] },
    { sees: "the answers of calls that are not read hold it", checks: [atLeast("out_queued_count", 3)] },
    {
      sees: "calls without an answer pile up",
      checks: [atLeast("out_flight_count", 20), atLeast("out_oldest_ms", 2_500)],
    },
  ],
  needs: "two sampled profiles of live allocations, or two heap snapshots, in which one site grew with each request",
  mitigations: [
    { text: "Find the site that keeps the memory.", command: "sop mem-leak-detector" },
    { text: "Replace the instance before it has none left." },
  ],
} as const satisfies CauseClass;

export const descriptorLeak = {
  name: "fd_leak",
  about: "files or sockets that are opened with each request, and never closed",
  ways: [
    {
      sees: "descriptors keep growing beyond connections, and do not fall again",
      checks: [
        atLeast("fd_growth_span_ms", 4_000),
        atLeast("fd_growth_count", 20),
        atLeast("fd_unexplained_growth_count", 20, { figure: "fd_growth_count", by: 0.25 }),
        atLeast("fd_slope_second_half_per_second", 1.5),
        atLeast("fd_growth_steady_ratio", 0.7),
        atLeast("fd_growth_decay_ratio", 0.3),
      ],
    },
    {
      sees: "sockets whose peer closed are kept",
      checks: [
        atLeast("fd_close_wait_growth_count", 20),
        atLeast("fd_growth_span_ms", 4_000),
        atLeast("fd_slope_second_half_per_second", 1.5),
      ],
    },
    { sees: "there are no descriptors left", checks: [atLeast("fd_of_limit_ratio", 0.95)], isProof: true },
    {
      sees: "files could not be opened for lack of descriptors",
      checks: [atLeast("descriptor_errors_count", 1)],
      isProof: true,
    },
  ],
  refutes: [isBlocked, { sees: "descriptors no longer grow", checks: [below("fd_slope_second_half_per_second", 0.5)] }],
  needs: "descriptors of one kind that outlive the requests which opened them",
  mitigations: [
    { text: "Replace the instance before it has none left." },
    { text: "See what is open.", command: "ls -l /proc/<pid>/fd" },
  ],
} as const satisfies CauseClass;
