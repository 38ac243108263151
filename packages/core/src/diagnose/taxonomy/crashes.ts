import { atLeast, below, type CauseClass } from "./cause-class.js";

export const uncaught = {
  name: "crash.uncaught",
  about: "an error was thrown where nobody catches it, and ends the process",
  ways: [
    { sees: "the runtime reported an error without a catcher", checks: [atLeast("uncaught_count", 1)], isProof: true },
  ],
  refutes: [],
  needs: "the runtime's own report of the error",
  mitigations: [],
} as const satisfies CauseClass;

export const unhandled = {
  name: "crash.unhandled_rejection",
  about: "a promise was rejected and nobody handles it, which ends the process",
  ways: [
    {
      sees: "the runtime reported a rejection without a handler",
      checks: [atLeast("unhandled_count", 1)],
      isProof: true,
    },
  ],
  refutes: [],
  needs: "the runtime's own report of the rejection",
  mitigations: [],
} as const satisfies CauseClass;

export const outOfMemory = {
  name: "crash.oom",
  about: "the process has no memory left: V8 ends it at the limit of its heap, the kernel at that of its control group",
  ways: [
    { sees: "it ended for lack of memory", checks: [atLeast("died_out_of_memory_count", 1)], isProof: true },
    {
      sees: "the heap is at its limit, and the collector finds nothing to free",
      checks: [atLeast("heap_used_of_limit_ratio", 0.88), atLeast("gc_ms_per_second", 150)],
    },
    { sees: "the heap is at its limit", checks: [atLeast("heap_used_of_limit_ratio", 0.95)] },
    {
      sees: "the heap fills up so fast that it is at its limit within seconds",
      checks: [atLeast("heap_left_of_limit_ratio", 0.25), below("heap_time_to_limit_ms", 4_000)],
    },
    {
      sees: "it ended while its main thread was silent and its memory grew up to the limit of the heap",
      checks: [atLeast("heap_grown_to_limit_ratio", 0.75), atLeast("heartbeat_gap_max_ms", 900)],
    },
    {
      sees: "the control group is at its limit",
      checks: [atLeast("memory_of_group_limit_ratio", 0.98), atLeast("external_growth_bytes", 16e6)],
    },
  ],
  refutes: [],
  needs: "V8's message or the kernel's kill",
  mitigations: [
    { text: "Give the process more memory until that is found: --max-old-space-size, or the limit of its container." },
    { text: "Find what keeps the memory.", command: "sop mem-leak-detector" },
  ],
} as const satisfies CauseClass;
