import { detect, diagnose, type RecordedWindow } from "@sop/core";
import { describe, expect, test } from "vitest";
import { collected, type Figures, from, recorded, route, START } from "./support.ts";

const CALLS: Figures = { out_started_count: 4, out_ended_count: 4, out_p50_ms: 3 };

/** What looks like trouble, and is none. */
const NEIGHBOURS: Readonly<Record<string, RecordedWindow>> = {
  "a service without traffic": recorded(20, { in_started_count: 0, in_ended_count: 0 }),
  "a service with steady traffic": recorded(20, CALLS),
  "a warm-up: the heap grows, and then no more": recorded(
    15,
    collected((second) => 16e6 + 12e6 * (1 - Math.exp(-second / 2))),
  ),
  "a cache that fills up to its bound": recorded(
    30,
    collected((second) => 16e6 + Math.min(second, 5) * 1e6),
  ),
  "a heap that goes up and down": recorded(
    30,
    collected((second) => 20e6 + (second % 6) * 1e6),
  ),
  "long polls: 120 requests that wait for a timer": recorded(
    12,
    { in_flight_count: from(2, 120), in_oldest_ms: from(2, (s) => s * 1_000), timers_count: from(2, 120) },
    {
      routes: [
        route("/health"),
        route("/poll", {
          inFlight: 120,
          oldest: 9_800,
          ended: 0,
          lastOkAt: undefined,
          baseline: undefined,
          p50: undefined,
        }),
      ],
      inFlight: 120,
    },
  ),
  "long polls whose clients leave after nine seconds": recorded(
    14,
    {
      in_flight_count: from(2, (s) => (s < 9 ? 120 : 0)),
      in_oldest_ms: from(2, (s) => (s < 9 ? s * 1_000 : 0)),
      timers_count: from(2, (s) => (s < 9 ? 120 : 0)),
      in_canceled_count: from(11, (s) => (s < 0.2 ? 120 : 0)),
      in_ended_count: from(11, (s) => (s < 0.2 ? 124 : 4), 4),
    },
    {
      routes: [
        route("/health"),
        route("/poll", {
          ended: 120,
          canceled: 120,
          canceledAfter: 9_000,
          canceledSpread: 12,
          p50: undefined,
          p99: undefined,
          lastOkAt: undefined,
          baseline: undefined,
        }),
      ],
    },
  ),
  "server-sent events: 80 answers without an end": recorded(
    12,
    { in_streaming_count: from(2, 80), timers_count: from(2, 80) },
    {
      routes: [
        route("/health"),
        route("/events", { inFlight: 80, streaming: 80, oldest: 9_900, ended: 0, baseline: undefined }),
      ],
    },
  ),
  "web sockets: many connections that stay": recorded(20, {
    fd_count: from(3, (s) => 29 + Math.min(300, s * 20), 29),
    tcp_established_count: from(3, (s) => 3 + Math.min(300, s * 20), 3),
  }),
  "a dependency that takes 800 ms: in flight grows, and stays there": recorded(12, {
    in_started_count: from(2, 12, 4),
    in_ended_count: from(2.8, 12, 4),
    in_flight_count: from(2, (s) => Math.min(32, s * 40)),
    in_oldest_ms: from(2, (s) => Math.min(810, s * 1_000)),
    in_p50_ms: from(2.8, 803, 1),
    in_p99_ms: from(2.8, 812, 4),
    out_started_count: from(2, 8),
    out_ended_count: from(2.8, 8),
    out_flight_count: from(2, (s) => Math.min(32, s * 40)),
    out_oldest_ms: from(2, (s) => Math.min(805, s * 1_000)),
    out_p50_ms: from(2.8, 802, undefined),
  }),
  "a busy processor, and good latency": recorded(12, {
    elu_ratio: from(2, 0.97, 0.05),
    main_cpu_ratio: from(2, 0.97, 0.05),
    loop_delay_max_ms: from(2, 12, 4),
    in_started_count: from(2, 24, 4),
    in_ended_count: from(2, 24, 4),
    in_p50_ms: from(2, 8, 1),
    in_p99_ms: from(2, 18, 4),
  }),
  "a spike of load that recovers": recorded(20, {
    elu_ratio: from(2, (s) => (s < 1.6 ? 1 : 0.06), 0.05),
    in_started_count: from(2, (s) => (s < 1.6 ? 80 : 5), 4),
    in_ended_count: from(2, (s) => (s < 2 ? 60 : 5), 4),
    in_flight_count: from(2, (s) => (s < 2 ? s * 60 : 0)),
    in_oldest_ms: from(2, (s) => (s < 2 ? s * 300 : 0)),
    in_p99_ms: from(2, (s) => (s < 2 ? 700 : 5), 4),
    loop_delay_max_ms: from(2, (s) => (s < 2 ? 180 : 4), 4),
  }),
  "a collection that takes long": recorded(12, {
    loop_delay_max_ms: (s) => (s === 6 ? 1_300 : 4),
    gc_ms: (s) => (s === 6 ? 1_250 : 0.4),
    gc_major_count: (s) => (s === 6 ? 1 : 0),
    heartbeat_gap_ms: (s) => (s >= 5 && s < 6 ? (s - 5) * 1_000 : 0),
  }),
  "connections that are kept after a spike": recorded(20, {
    fd_count: from(2, (s) => 29 + Math.min(150, s * 500), 29),
    tcp_established_count: from(2, (s) => 3 + Math.min(150, s * 500), 3),
    fd_socket_count: from(2, (s) => 5 + Math.min(150, s * 500), 5),
  }),
  "a fan-out by design: six calls for each request": recorded(20, {
    out_started_count: 24,
    out_ended_count: 24,
    out_p50_ms: 3,
  }),
  "a route that calls more than others, once it is used": recorded(20, {
    out_started_count: from(3, 24),
    out_ended_count: from(3, 24),
    out_p50_ms: from(3, 3, undefined),
  }),
  "retries that help": recorded(20, {
    out_started_count: 5,
    out_ended_count: 5,
    out_failed_count: (s) => (s % 1 < 0.2 ? 1 : 0),
    out_retry_count: (s) => (s % 1 < 0.2 ? 1 : 0),
  }),
  "clients that leave early": recorded(
    14,
    {
      in_flight_count: from(2, 3),
      in_oldest_ms: from(2, 100),
      in_canceled_count: from(2, 4),
      in_ended_count: from(2, 8, 4),
    },
    {
      routes: [
        route("/health"),
        route("/slow", {
          canceled: 160,
          ended: 160,
          canceledAfter: 100,
          canceledSpread: 3,
          baseline: undefined,
          p50: undefined,
        }),
      ],
    },
  ),
  "a pool that is all in use for moments": recorded(
    14,
    { pool_waiting_count: from(2, 3), in_flight_count: from(2, 6), in_oldest_ms: from(2, 120) },
    {
      pools: [
        {
          name: "db",
          kind: "generic-pool",
          used: 4,
          max: 4,
          waiting: 3,
          holders: [1, 2, 3, 4].map((i) => ({ owner: `h${i}`, since: START + 13_750 + i })),
          waiters: [1, 2, 3].map((i) => ({ owner: `w${i}`, since: START + 13_700 + i })),
        },
      ],
    },
  ),
  "a lock that many ask for, and that goes round": recorded(
    14,
    { lock_waiting_count: from(2, 4), in_flight_count: from(2, 5), in_oldest_ms: from(2, 60) },
    {
      locks: [
        {
          name: "cart",
          kind: "mutex",
          max: 1,
          holders: [{ owner: "h", since: START + 13_790 }],
          waiters: [1, 2, 3, 4].map((i) => ({ owner: `w${i}`, since: START + 13_740 + i })),
        },
      ],
    },
  ),
  "a single request of 500, as there is one now and then": recorded(20, { in_failed_count: (s) => (s === 9 ? 1 : 0) }),
};

/** What is only suspected opens no incident: it is looked into. */
const findings = (window: RecordedWindow) => detect(window).filter(({ verdict }) => verdict !== "suspected");

describe("what looks like trouble and is none", () => {
  test.each(Object.entries(NEIGHBOURS))("%s", (_name, window) => {
    expect(diagnose(window)).toMatchObject({ root_cause: "none", trigger: "none" });
    expect(findings(window)).toEqual([]);
  });

  // An incident is opened by what was seen at one time; so none of the times before may say anything either.
  test.each(Object.entries(NEIGHBOURS))("%s, at each second of it", (_name, window) => {
    const { samples = [] } = window;
    for (let end = 5; end <= samples.length; end += 5) {
      const { routes: _routes, pools: _pools, locks: _locks, ...rest } = window;
      expect(findings({ ...rest, samples: samples.slice(0, end) })).toEqual([]);
    }
  });
});
