import { diagnose } from "@sop/core";
import { expect, test } from "vitest";
import { type Figures, from, host, recorded, route } from "./support.ts";

/** Calls are taken and not answered, from the second second on. */
const HANGING: Figures = {
  in_started_count: 8,
  in_ended_count: from(2, 0, 8),
  in_flight_count: from(2, (s) => s * 40),
  in_oldest_ms: from(2, (s) => s * 1_000),
  in_p50_ms: from(2, undefined, 3),
  out_started_count: 8,
  out_ended_count: from(2, 0, 8),
  out_flight_count: from(2, (s) => s * 40),
  out_oldest_ms: from(2, (s) => s * 1_000),
  out_p50_ms: from(2, undefined, 2),
};
/** Their callers leave after four seconds. */
const GIVEN_UP: Figures = {
  ...HANGING,
  in_flight_count: from(2, (s) => Math.min(160, s * 40)),
  in_oldest_ms: from(2, (s) => Math.min(4_000, s * 1_000)),
  in_ended_count: from(2, (s) => (s >= 4 ? 8 : 0), 8),
  in_canceled_count: from(6, 8),
};

test("calls without an answer that requests wait for are dependency_hang while nobody gives up", () => {
  const found = diagnose(recorded(6, HANGING));
  expect(found).toMatchObject({ root_cause: "dependency_hang", verdict: "likely", trigger: "dependency" });
});

test("once those who wait give up it is timeout_cascade, and the hang is told in its evidence", () => {
  const calls = [host("127.0.0.1:9", { inFlight: 320, oldest: 8_000, ended: 0, p50: undefined, from: ["GET /"] })];
  const stuck = route("/", { inFlight: 160, oldest: 4_000, canceled: 160, canceledAfter: 4_000, canceledSpread: 5 });
  const found = diagnose(recorded(10, GIVEN_UP, { calls, routes: [stuck] }));
  expect(found).toMatchObject({ root_cause: "timeout_cascade", trigger: "dependency", route: "/" });
  expect(found.evidence_trace.map(({ feature }) => feature)).toContain("out_oldest_ms");
  expect(found.topology?.edges).toEqual([{ from: "GET /", to: "127.0.0.1:9" }]);
  expect(found.ruled_out.map((other) => other.class)).toContain("deadlock");
});

test("calls that are given up at their limit, and 504s with them, are timeout_cascade", () => {
  const found = diagnose(
    recorded(10, {
      in_started_count: 8,
      in_ended_count: 8,
      in_failed_count: from(3, 8),
      in_timeout_count: from(3, 8),
      in_flight_count: from(2, (s) => Math.min(40, s * 40)),
      in_oldest_ms: from(2, (s) => Math.min(1_005, s * 1_000)),
      out_started_count: 8,
      out_ended_count: from(2, (s) => (s >= 1 ? 8 : 0), 8),
      out_failed_count: from(3, 8),
      out_timeout_count: from(3, 8),
      out_flight_count: from(2, (s) => Math.min(40, s * 40)),
      out_oldest_ms: from(2, (s) => Math.min(1_000, s * 1_000)),
      out_p50_ms: from(2, 1_001, 2),
    }),
  );
  expect(found.root_cause).toBe("timeout_cascade");
});

test("calls that are refused, and requests that fail with them, are dependency_outage", () => {
  const failing = {
    in_failed_count: from(2, 4),
    out_started_count: 4,
    out_ended_count: 4,
    out_failed_count: from(2, 4),
  };
  expect(diagnose(recorded(10, failing))).toMatchObject({ root_cause: "dependency_outage", trigger: "dependency" });
  expect(diagnose(recorded(10, { ...failing, out_refused_count: from(2, 4) })).root_cause).toBe("dependency_outage");
});

test("calls that repeat others which failed are retry_storm", () => {
  const found = diagnose(
    recorded(10, {
      in_failed_count: from(2, 4),
      out_started_count: from(2, 12, 4),
      out_ended_count: from(2, 12, 4),
      out_failed_count: from(2, 12),
      out_retry_count: from(2, 8),
    }),
  );
  expect(found.root_cause).toBe("retry_storm");
  expect(found.features["out_per_in_ratio"]).toBeGreaterThan(2.5);
});

test("a storm is measured by what is normal for the service: three calls a request may be by design", () => {
  const byDesign: Figures = {
    in_failed_count: from(2, 4),
    out_started_count: 12,
    out_ended_count: 12,
    out_failed_count: from(2, 12),
  };
  expect(diagnose(recorded(10, byDesign)).root_cause).toBe("dependency_outage");
  const multiplied = {
    ...byDesign,
    out_started_count: from(2, 36, 12),
    out_ended_count: from(2, 36, 12),
    out_failed_count: from(2, 36),
  };
  expect(diagnose(recorded(10, multiplied)).root_cause).toBe("retry_storm");
});

test("connections of whichever protocol that come to nothing, while requests wait, are dependency_outage", () => {
  const stuck: Figures = {
    in_flight_count: from(2, (s) => s * 20),
    in_oldest_ms: from(2, (s) => s * 1_000),
    in_ended_count: from(2, 0, 4),
    connect_failed_count: from(2, (s) => (Math.floor(s * 5) % 5 === 0 ? 1 : 0)),
  };
  const found = diagnose(recorded(9, stuck));
  expect(found).toMatchObject({ root_cause: "dependency_outage", trigger: "dependency" });
  expect(diagnose(recorded(9, { ...stuck, connect_failed_count: 0 })).root_cause).toBe("deadlock");
});

test("calls that wait for a connection which others hold without a call are no hung dependency", () => {
  const queued = { ...HANGING, out_queued_count: from(2, (s: number) => s * 40) };
  expect(diagnose(recorded(8, queued)).root_cause).toBe("pool_exhaustion");
  // Eight of them were sent, and have no answer: that is why the others wait.
  const sent = { ...HANGING, out_queued_count: from(2, (s: number) => Math.max(0, s * 40 - 8)) };
  expect(diagnose(recorded(8, sent)).root_cause).toBe("dependency_hang");
});
