import { atLeast, below, type CauseClass } from "./cause-class.js";

const hasTimers = {
  sees: "as many timers as requests: they wait for a time, as long polls do",
  checks: [atLeast("timers_count", 10, { figure: "in_flight_count", by: 0.8 })],
};

/** What has no connection looks like what is held by others: nothing comes back either. */
const HAVE_NO_CONNECTION = [
  { sees: "connections come to nothing, again and again", checks: [atLeast("connect_failed_count", 3)] },
  { sees: "they wait for a client that has no connection", checks: [atLeast("pool_offline_waiting_count", 1)] },
];

export const deadlock = {
  name: "deadlock",
  about: "requests wait for each other, and none can ever go on",
  ways: [
    {
      sees: "owners wait for each other in a ring",
      checks: [atLeast("lock_cycle_depth_count", 1), atLeast("lock_oldest_wait_ms", 1_000)],
      isProof: true,
    },
    {
      sees: "owners wait for each other in a ring, through a pool",
      checks: [atLeast("lock_cycle_depth_count", 1), atLeast("pool_oldest_wait_ms", 1_000)],
      isProof: true,
    },
    {
      sees: "requests on routes that used to be quick are stuck, while the process does nothing and waits for nobody",
      checks: [
        atLeast("in_stuck_count", 5),
        below("elu_mean_ratio", 0.3),
        below("out_pending_of_in_ratio", 0.1),
        below("out_oldest_ms", 1_000),
      ],
    },
  ],
  refutes: [
    hasTimers,
    { sees: "a pool is exhausted", checks: [atLeast("pool_exhausted_count", 1)] },
    { sees: "answers that nobody reads keep connections", checks: [atLeast("out_unread_count", 2)] },
    { sees: "calls wait for a connection", checks: [atLeast("out_queued_count", 5)] },
    { sees: "each new one has a connection to another service", checks: [atLeast("tcp_outbound_growth_count", 5)] },
    ...HAVE_NO_CONNECTION,
  ],
  needs: "locks and pools that are tracked, and a ring among their owners",
  mitigations: [
    { text: "Replace the instance: what is stuck stays so." },
    { text: "Take the locks in one order everywhere, or with a time limit." },
  ],
} as const satisfies CauseClass;

export const poolExhaustion = {
  name: "pool_exhaustion",
  about: "all of a pool is in use and is not given back, while others wait for it",
  ways: [
    {
      sees: "a tracked pool is all in use, others wait, and nothing comes back",
      checks: [
        atLeast("pool_exhausted_count", 1),
        atLeast("pool_oldest_wait_ms", 1_500),
        atLeast("pool_oldest_hold_ms", 1_500),
      ],
    },
    {
      sees: "calls wait for a connection while the answers of others are not read",
      checks: [atLeast("out_queued_count", 2), atLeast("out_unread_count", 1), atLeast("out_oldest_ms", 1_000)],
    },
    {
      sees: "requests are stuck without a call on its way, while the answers of others are not read",
      checks: [
        atLeast("out_unread_count", 2),
        atLeast("in_stuck_count", 5),
        below("out_oldest_ms", 1_000),
        below("elu_mean_ratio", 0.5),
      ],
    },
    {
      sees: "calls wait for a connection of their client's pool, while no call that has one waits for its answer",
      checks: [atLeast("out_queued_count", 5), atLeast("out_oldest_ms", 2_000), below("out_sent_count", 1)],
    },
  ],
  refutes: [
    {
      sees: "nobody waits any more",
      checks: [below("out_queued_count", 1), below("pool_exhausted_count", 1), below("in_stuck_count", 1)],
    },
    { sees: "those who hold it wait for each other", checks: [atLeast("lock_cycle_depth_count", 1)] },
    ...HAVE_NO_CONNECTION,
  ],
  needs: "a pool whose holders are idle, or hold answers that nobody reads",
  mitigations: [
    { text: "Read or cancel the body of each answer, and give back what is taken in a finally block." },
    { text: "Replace the pool, or the instance." },
  ],
} as const satisfies CauseClass;

export const race = {
  name: "race_condition",
  about: "two requests change the same thing at once, and what one did is lost or fails",
  ways: [
    {
      sees: "two contexts overlapped on one key, and one of them lost",
      checks: [atLeast("race_count", 1)],
      isProof: true,
    },
    { sees: "failures of those who do the same at once, again and again", checks: [atLeast("racing_errors_count", 2)] },
  ],
  refutes: [],
  needs: "a witness: the reads and writes of both, in their order",
  mitigations: [
    {
      text: "Find the order that breaks it; where no request failed, with a test that says what must hold.",
      command: "sop repro <incident, or the test's file> --perturb",
    },
    { text: "Make the change in one step, or under a lock for its key." },
  ],
} as const satisfies CauseClass;
