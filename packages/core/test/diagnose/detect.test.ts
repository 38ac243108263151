import { detect, diagnose } from "@sop/core";
import { expect, test } from "vitest";
import { from, recorded } from "./support.ts";

test("locks that some wait for all the time, while a request has no end, are looked into and are no finding", () => {
  const window = recorded(10, {
    lock_waiting_count: from(4, 6),
    in_flight_count: from(4, 6),
    in_oldest_ms: from(4, (s) => s * 1_000),
  });
  expect(detect(window)).toMatchObject([{ name: "deadlock", verdict: "suspected" }]);
  expect(diagnose(window).root_cause).toBe("none");
});

test("pools as well; and neither where all requests are quick", () => {
  const figures = { pool_waiting_count: from(4, 6), in_flight_count: from(4, 6) };
  expect(detect(recorded(10, { ...figures, in_oldest_ms: from(4, (s) => s * 1_000) }))).toMatchObject([
    { name: "pool_exhaustion", verdict: "suspected" },
  ]);
  expect(detect(recorded(10, { ...figures, in_oldest_ms: 80 }))).toEqual([]);
});

test("an old space that grows and was not collected is suspected, and is memory_leak once a place is seen whose memory stays", () => {
  const growing = { heap_old_bytes: from(2, (s: number) => 16e6 + s * 0.6e6, 16e6) };
  expect(detect(recorded(9, growing))).toMatchObject([{ name: "memory_leak", verdict: "suspected" }]);
  expect(diagnose(recorded(12, growing)).root_cause).toBe("none");
  const frame = {
    function: "parse",
    file: "/app/node_modules/mustache/mustache.js",
    line: 1,
    column: 1,
    package: "mustache",
    version: "4.2.0",
  };
  const told = (lately?: number) =>
    diagnose(recorded(12, growing, { allocations: [{ frame, bytes: 6e6, grown: 4e6, lately }] }));
  expect(told(1.2e6)).toMatchObject({ root_cause: "memory_leak", package: { name: "mustache" } });
  // What has come to rest was a cache that is full, and two profiles cannot tell.
  expect(told(0).root_cause).toBe("none");
  expect(told().root_cause).toBe("none");
});

test("while something is found nothing is only suspected", () => {
  const hanging = {
    out_flight_count: from(2, 40),
    out_oldest_ms: from(2, (s: number) => s * 1_000),
    out_started_count: 4,
    out_ended_count: from(2, 0, 4),
  };
  const window = recorded(8, {
    ...hanging,
    in_flight_count: from(2, 40),
    in_oldest_ms: from(2, (s) => s * 1_000),
    lock_waiting_count: from(2, 5),
  });
  expect(detect(window).map(({ verdict }) => verdict)).not.toContain("suspected");
});
