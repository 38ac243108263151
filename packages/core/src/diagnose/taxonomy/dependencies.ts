import { isBlocked } from "./blocked.js";
import { atLeast, below, type CauseClass } from "./cause-class.js";

const isUnread = {
  sees: "answers that nobody reads hold connections",
  checks: [atLeast("out_unread_count", 2), below("out_flight_count", 1)],
};
const isQueued = {
  sees: "calls wait for a connection of their own pool, and none that has one for its answer",
  checks: [atLeast("out_queued_count", 3), below("out_sent_count", 1)],
};

const HANGS = [
  atLeast("out_flight_count", 5),
  atLeast("out_oldest_ms", 2_500, { figure: "out_p50_normal_ms", by: 5 }),
  below("out_answered_ratio", 0.5),
  atLeast("out_pending_of_in_ratio", 0.5),
];

export const dependencyHang = {
  name: "dependency_hang",
  about: "a service that is called takes the calls and answers none",
  ways: [
    { sees: "calls are without an answer for longer than any before, and requests wait for them", checks: HANGS },
    {
      sees: "requests are stuck, each new one with a connection to another service, of a protocol that is not looked into",
      checks: [
        atLeast("in_stuck_count", 5),
        atLeast("tcp_outbound_growth_count", 5),
        below("out_flight_count", 1),
        below("elu_mean_ratio", 0.7),
      ],
    },
  ],
  refutes: [
    isBlocked,
    isQueued,
    isUnread,
    { sees: "connections come to nothing, again and again", checks: [atLeast("connect_failed_count", 3)] },
  ],
  needs: "the other service's own word that it has the calls",
  mitigations: [
    { text: "Give the calls a time limit: sop.fetch has one." },
    {
      text: "Put a circuit breaker around the calls, or switch what needs them to its fallback.",
      command: "sop flags",
    },
  ],
} as const satisfies CauseClass;

export const timeoutCascade = {
  name: "timeout_cascade",
  about: "calls that take too long make those who wait for them give up, one after the other up the path",
  ways: [
    {
      sees: "requests are given up while their calls are without an answer",
      checks: [
        atLeast("in_given_up_count", 5),
        atLeast("in_given_up_ratio", 0.2),
        atLeast("out_flight_count", 3),
        atLeast("out_oldest_ms", 2_000, { figure: "out_p50_normal_ms", by: 3 }),
        below("out_answered_ratio", 0.6),
      ],
    },
    {
      sees: "calls are given up at their time limit, and requests fail with them",
      checks: [atLeast("out_timeout_ratio", 0.3), atLeast("out_failed_count", 5), atLeast("in_failed_ratio", 0.2)],
    },
    {
      sees: "calls are given up at their time limit, and requests time out with them",
      checks: [atLeast("out_timeout_ratio", 0.3), atLeast("out_failed_count", 5), atLeast("in_given_up_ratio", 0.2)],
    },
  ],
  refutes: [isBlocked, isQueued, { sees: "calls are refused at once", checks: [atLeast("out_refused_ratio", 0.3)] }],
  needs: "time limits along the path, each longer than those below it",
  mitigations: [
    { text: "Hand on what is left of the deadline, and let each level give up before the one above: sop.fetch does." },
    { text: "Open the breaker of the slow dependency, or switch to its fallback.", command: "sop flags" },
  ],
} as const satisfies CauseClass;

export const dependencyOutage = {
  name: "dependency_outage",
  about: "a service that is called refuses, resets, or answers with errors",
  ways: [
    {
      sees: "most calls fail, and requests with them",
      checks: [atLeast("out_failed_count", 10), atLeast("out_failed_ratio", 0.5), atLeast("in_failed_ratio", 0.2)],
    },
    {
      sees: "a client without a connection queues what it is asked, and requests wait for it",
      checks: [atLeast("pool_offline_waiting_count", 5), atLeast("pool_offline_wait_ms", 2_000)],
    },
    {
      sees: "connections come to nothing, again and again, and requests wait for them",
      checks: [atLeast("connect_failed_count", 3), atLeast("in_stuck_count", 5), below("elu_mean_ratio", 0.7)],
    },
    {
      sees: "calls are refused, one after the other",
      checks: [atLeast("out_failed_count", 10), atLeast("out_refused_ratio", 0.5)],
    },
  ],
  refutes: [isBlocked],
  needs: "the other service's own state",
  mitigations: [
    {
      text: "Put a circuit breaker around the calls, or switch what needs them to its fallback.",
      command: "sop flags",
    },
  ],
} as const satisfies CauseClass;

export const retryStorm = {
  name: "retry_storm",
  about: "retries, at one level or at several, multiply the calls to a service that is failing already",
  ways: [
    {
      sees: "most calls repeat others that failed",
      checks: [atLeast("out_failed_count", 10), atLeast("out_failed_ratio", 0.4), atLeast("out_retry_ratio", 0.4)],
    },
    {
      sees: "calls for each request have multiplied, and most of them fail",
      checks: [
        atLeast("out_failed_count", 10),
        atLeast("out_failed_ratio", 0.4),
        atLeast("out_per_in_ratio", 1.8, { figure: "out_per_in_normal_ratio", by: 1.8 }),
      ],
    },
  ],
  refutes: [isBlocked],
  needs: "calls that repeat the same one, for one request",
  mitigations: [
    {
      text: "Retry at one level only, within a budget: retry() has one, and sop.fetch stops storms with outgoing.retryStorm.block.",
    },
    { text: "Open the breaker of the failing dependency." },
  ],
} as const satisfies CauseClass;
