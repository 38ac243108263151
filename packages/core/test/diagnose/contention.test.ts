import { diagnose, type RecordedPool, type RecordedRace } from "@sop/core";
import { expect, test } from "vitest";
import { collected, type Figures, from, recorded, route, START } from "./support.ts";

const END = START + 10_000;
const STUCK: Figures = {
  in_flight_count: from(2, (s) => Math.min(100, s * 30)),
  in_oldest_ms: from(2, (s) => Math.min(4_000, s * 1_000)),
  in_started_count: 6,
  in_ended_count: from(2, (s) => (s > 4 ? 6 : 0), 4),
  in_canceled_count: from(6, 6),
  elu_ratio: 0.05,
};
const stuckRoute = route("/cart", {
  inFlight: 90,
  oldest: 4_000,
  ended: 80,
  canceled: 80,
  canceledAfter: 4_000,
  canceledSpread: 6,
});

test("a ring of owners that wait for each other's locks is deadlock, confirmed, with the ring in its graph", () => {
  const found = diagnose(
    recorded(10, STUCK, {
      locks: [
        {
          name: "A",
          kind: "mutex",
          max: 1,
          holders: [{ owner: "r1", since: END - 8_000 }],
          waiters: [{ owner: "r2", since: END - 7_900 }],
        },
        {
          name: "B",
          kind: "mutex",
          max: 1,
          holders: [{ owner: "r2", since: END - 8_000 }],
          waiters: [{ owner: "r1", since: END - 7_900 }],
        },
      ],
      routes: [stuckRoute],
    }),
  );
  expect(found).toMatchObject({ root_cause: "deadlock", verdict: "confirmed", route: "/cart" });
  expect(found.features["lock_cycle_depth_count"]).toBe(2);
  expect([...(found.lock_graph?.cycle ?? [])].sort()).toEqual(["r1", "r2"]);
});

test("one that takes its own lock twice is a ring of one", () => {
  const contender = { owner: "r1", since: END - 6_000 };
  const locks = [{ name: "A", kind: "mutex", max: 1, holders: [contender], waiters: [contender] }] as const;
  expect(diagnose(recorded(10, STUCK, { locks }))).toMatchObject({
    root_cause: "deadlock",
    features: { lock_cycle_depth_count: 1 },
  });
});

test("a pool whose holders all wait for it is deadlock and not pool_exhaustion", () => {
  const owners = ["r1", "r2", "r3"].map((owner) => ({ owner, since: END - 6_000 }));
  const pools = [{ name: "db", kind: "tarn", used: 3, max: 3, waiting: 3, holders: owners, waiters: owners }];
  expect(diagnose(recorded(10, STUCK, { pools }))).toMatchObject({ root_cause: "deadlock", verdict: "confirmed" });
});

test("stuck requests on routes that used to be quick, in an idle process that calls nobody, are deadlock, likely", () => {
  const found = diagnose(recorded(10, STUCK, { routes: [stuckRoute] }));
  expect(found).toMatchObject({ root_cause: "deadlock", verdict: "likely" });
  expect(found.summary).toMatch(/^Requests are stuck in a process that does nothing .*: \d+ of them, on \/cart\.$/);
});

test("without routes it is seen by requests that hardly ever end any more", () => {
  expect(diagnose(recorded(10, STUCK)).root_cause).toBe("deadlock");
});

const held = (waiting: number): RecordedPool => ({
  name: "db",
  kind: "generic-pool",
  used: 5,
  max: 5,
  waiting,
  holders: [1, 2, 3, 4, 5].map((i) => ({ owner: `h${i}`, since: END - 7_000 })),
  waiters: Array.from({ length: waiting }, (_, i) => ({ owner: `w${i}`, since: END - 5_000 + i })),
});

test("a pool that is all held for long while others wait is pool_exhaustion", () => {
  const found = diagnose(
    recorded(10, { ...STUCK, pool_waiting_count: from(2, 40) }, { pools: [held(40)], routes: [stuckRoute] }),
  );
  expect(found).toMatchObject({ root_cause: "pool_exhaustion", features: { pool_waiting_count: 40 } });
  expect(found.ruled_out.map((other) => other.class)).toContain("deadlock");
  expect(found.topology?.nodes).toContainEqual(expect.objectContaining({ id: "db", kind: "pool", heat: 1 }));
});

test("a pool whose connections come to nothing is dependency_outage: nothing of it can come back", () => {
  const found = diagnose(
    recorded(10, { ...STUCK, connect_failed_count: from(2, 1) }, { pools: [held(40)], routes: [stuckRoute] }),
  );
  expect(found.root_cause).toBe("dependency_outage");
});

test("stuck requests that each have a connection to another service, of whichever protocol, are dependency_hang and no deadlock", () => {
  const connected = (count: number): Figures => ({
    ...STUCK,
    tcp_accepted_count: from(2, (s) => s * 20, 2),
    tcp_established_count: from(2, (s) => s * (20 + count), 2),
  });
  expect(diagnose(recorded(10, connected(20))).root_cause).toBe("dependency_hang");
  expect(diagnose(recorded(10, connected(0))).root_cause).toBe("deadlock");
});

test("answers that nobody reads keep the connections that others wait for: pool_exhaustion", () => {
  const found = diagnose(
    recorded(10, {
      ...STUCK,
      out_flight_count: from(2, (s) => Math.min(90, s * 25)),
      out_oldest_ms: from(2, (s) => s * 1_000),
      out_queued_count: from(2, (s) => Math.min(90, s * 25)),
      out_unread_count: from(2, 8),
      out_started_count: from(0, 6),
      out_ended_count: from(2, 0, 6),
      out_p50_ms: from(2, undefined, 3),
    }),
  );
  expect(found.root_cause).toBe("pool_exhaustion");
});

test("a client without a connection that queues what it is asked is dependency_outage", () => {
  const waiters = Array.from({ length: 60 }, (_, i) => ({ owner: `w${i}`, since: END - 5_000 + i }));
  const pools = [{ name: "redis", kind: "ioredis", used: 0, max: undefined, waiting: 60, holders: [], waiters }];
  expect(diagnose(recorded(10, STUCK, { pools, routes: [stuckRoute] })).root_cause).toBe("dependency_outage");
});

const race: RecordedRace = {
  kind: "lost_update",
  store: "session",
  key: "3f2a",
  steps: [
    { at: END - 900, owner: "r1", route: "/cart/:k", action: "read" },
    { at: END - 890, owner: "r2", route: "/cart/:k", action: "read" },
    { at: END - 880, owner: "r2", route: "/cart/:k", action: "write" },
    { at: END - 850, owner: "r1", route: "/cart/:k", action: "write" },
  ],
  count: 12,
};

test("an overlap that was seen is race_condition, confirmed, while every other figure is normal", () => {
  const found = diagnose(recorded(10, {}, { races: [race] }));
  expect(found).toMatchObject({ root_cause: "race_condition", verdict: "confirmed", route: "/cart/:k" });
  expect(found.summary).toContain("session");
});

test("a heap that grows does not hide a race that was seen", () => {
  const growing = collected((second) => 16e6 + Math.max(0, second - 2) * 0.8e6);
  expect(diagnose(recorded(14, growing)).root_cause).toBe("memory_leak");
  expect(diagnose(recorded(14, growing, { races: [race] })).root_cause).toBe("race_condition");
});

test("failures of those who do the same at once are race_condition, likely", () => {
  const failed = (code: string, at: number) => ({
    at,
    name: "/",
    origin: "handler" as const,
    type: "Error",
    message: `listen ${code}`,
    code,
    frames: [],
    requestId: `r${at}`,
    method: "GET",
    route: "/",
  });
  const panics = [failed("EADDRINUSE", END - 4_000), failed("EADDRINUSE", END - 1_000)];
  expect(diagnose(recorded(10, {}, { panics }))).toMatchObject({ root_cause: "race_condition", verdict: "likely" });
  expect(diagnose(recorded(10, {}, { panics: panics.slice(1) })).root_cause).toBe("unknown");
});
