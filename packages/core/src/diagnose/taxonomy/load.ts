import { atLeast, below, type CauseClass } from "./cause-class.js";

const otherRequests = {
  sees: "each look at the blocked thread found another request",
  checks: [atLeast("stack_count", 3), below("stack_same_request_ratio", 0.4)],
};
/** Without the processor's own figure a process that others keep from running looks as busy. */
const BUSY = [atLeast("elu_mean_ratio", 0.9), atLeast("main_cpu_mean_ratio", 0.5)];
const isCollecting = { sees: "the collector took most of the time", checks: [atLeast("loop_blocked_gc_ratio", 0.5)] };

export const eventLoopStall = {
  name: "event_loop_stall",
  about: "one piece of synchronous work keeps the event loop, and so every request, from going on",
  ways: [
    {
      sees: "the main thread was silent while it computed, with one request's code on its stack",
      checks: [
        atLeast("heartbeat_gap_max_ms", 900),
        atLeast("stack_count", 1),
        atLeast("stack_same_request_ratio", 0.6),
      ],
      isProof: true,
    },
    {
      sees: "the main thread was silent, and each look from outside found it at work or in a call that did not return",
      checks: [atLeast("heartbeat_gap_max_ms", 900), atLeast("stack_stalled_count", 1)],
    },
    {
      sees: "the main thread was silent while it computed",
      checks: [atLeast("heartbeat_gap_max_ms", 1_000), atLeast("loop_blocked_cpu_ratio", 0.5)],
    },
    {
      sees: "the main thread was silent, its code is on its stack, and it had some of the processor",
      checks: [
        atLeast("heartbeat_gap_max_ms", 900),
        atLeast("stack_code_count", 1),
        atLeast("loop_blocked_cpu_ratio", 0.3),
      ],
    },
    {
      sees: "the main thread was silent, and waits in a call",
      checks: [atLeast("heartbeat_gap_max_ms", 900), atLeast("stack_waits_count", 1)],
    },
    {
      sees: "the event loop was late by more than a second, while the main thread computed",
      checks: [atLeast("loop_delay_max_ms", 1_000), atLeast("loop_blocked_cpu_ratio", 0.5)],
    },
    {
      sees: "the event loop was blocked again and again, while the main thread computed",
      checks: [
        atLeast("loop_blocked_ms", 2_000, { figure: "loop_delay_max_ms", by: 1.5 }),
        atLeast("loop_blocked_cpu_ratio", 0.5),
      ],
    },
  ],
  refutes: [
    otherRequests,
    isCollecting,
    {
      sees: "the loop never rests, and no piece of its work takes long by itself: there are too many of them",
      checks: [...BUSY, below("loop_delay_max_ms", 1_000), below("heartbeat_gap_max_ms", 1_000)],
    },
  ],
  needs: "the stack of the blocked thread",
  mitigations: [
    { text: "Switch the route to its fallback, or refuse the input that does it.", command: "sop flags" },
    { text: "Move the work to a worker thread, or bound its input." },
  ],
} as const satisfies CauseClass;

export const overload = {
  name: "overload",
  about: "more work comes in than can be done, and what is done comes too late",
  ways: [
    {
      sees: "the loop is busy without a pause, and requests are given up",
      checks: [...BUSY, atLeast("in_given_up_ratio", 0.1), atLeast("in_given_up_count", 5)],
    },
    {
      sees: "the loop is busy without a pause, and requests take many times as long as they did",
      checks: [...BUSY, atLeast("in_p99_ms", 1_500, { figure: "in_p99_normal_ms", by: 5 })],
    },
    {
      sees: "the loop is busy without a pause, and late again and again, while requests queue",
      checks: [
        ...BUSY,
        atLeast("loop_blocked_ms", 2_000),
        below("loop_delay_max_ms", 1_000),
        atLeast("in_flight_max_count", 5),
        atLeast("in_p99_ms", 250, { figure: "in_p99_normal_ms", by: 20 }),
      ],
    },
    {
      sees: "the loop is busy without a pause, and requests pile up",
      checks: [...BUSY, atLeast("in_flight_growth_per_second", 200), atLeast("in_p99_ms", 5_000)],
      isProof: true,
    },
    {
      sees: "the process has used up its share of the processor, and requests are given up",
      checks: [
        atLeast("elu_mean_ratio", 0.9),
        atLeast("throttled_ms_per_second", 200),
        atLeast("in_given_up_ratio", 0.1),
        atLeast("in_given_up_count", 5),
      ],
    },
    {
      sees: "the loop is busy without a pause, and connections wait to be accepted",
      checks: [...BUSY, atLeast("tcp_backlog_count", 10)],
    },
  ],
  refutes: [
    {
      sees: "one request's code was all that ran",
      checks: [atLeast("stack_count", 3), atLeast("stack_same_request_ratio", 0.6)],
    },
  ],
  needs: "a rate of requests beyond what the service did before",
  mitigations: [
    { text: "Refuse early what cannot be done in time: the option overload." },
    { text: "Start more instances, or slow the callers down." },
  ],
} as const satisfies CauseClass;
