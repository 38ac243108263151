import { diagnose, type RecordedAllocation } from "@sop/core";
import { expect, test } from "vitest";
import { collected, type Figures, from, recorded } from "./support.ts";

const BUSY: Figures = { in_started_count: from(2, 14, 4), in_ended_count: from(2, 14, 4) };
const leaking = (perSecond: number): Figures => collected((second) => 16e6 + Math.max(0, second - 2) * perSecond);

test("a heap that keeps growing with the requests is memory_leak, likely", () => {
  const found = diagnose(recorded(14, { ...BUSY, ...leaking(0.8e6) }));
  expect(found).toMatchObject({ root_cause: "memory_leak", verdict: "likely" });
  expect(found.features["heap_slope_second_half_bytes_per_second"]).toBeCloseTo(0.8e6, -5);
  expect(found.summary).toContain("keeps growing");
  expect(found.mitigation_suggestion.map(({ command }) => command)).toContain("sop mem-leak-detector");
});

/** Collections at these seconds, and what each left. */
const rarely = (left: Readonly<Record<number, number>>): Figures => ({
  gc_major_count: (second) => (left[second] === undefined ? 0 : 1),
  heap_old_bytes: (second) =>
    left[
      Math.max(
        ...Object.keys(left)
          .map(Number)
          .filter((at) => at <= second),
      )
    ],
});

test("a heap that is collected rarely is judged by the four times that it was", () => {
  const steady = rarely({ 0: 15e6, 8: 21e6, 10: 23e6, 12: 25e6 });
  expect(diagnose(recorded(14, { ...BUSY, ...steady })).root_cause).toBe("memory_leak");
  const settled = rarely({ 0: 15e6, 2: 25e6, 8: 27.6e6, 10: 28.5e6, 12: 29.4e6 });
  expect(diagnose(recorded(14, { ...BUSY, ...settled })).root_cause).toBe("none");
});

test("a cache that has filled up is none: the last collection found hardly more", () => {
  const filled = rarely({ 0: 15e6, 3: 23e6, 5: 36e6, 7: 44.5e6, 9: 45.5e6 });
  expect(diagnose(recorded(9, { ...BUSY, ...filled })).root_cause).toBe("memory_leak");
  expect(diagnose(recorded(10, { ...BUSY, ...filled })).root_cause).toBe("none");
});

test("the site that keeps the memory is named, with its package", () => {
  const frame = {
    function: "compile",
    line: 7,
    column: 3,
    package: "ajv",
    version: "8.12.0",
    file: "/app/node_modules/ajv/dist/core.js",
  };
  const allocations: RecordedAllocation[] = [{ frame, bytes: 9e6, grown: 8e6, retained: "collection" }];
  const found = diagnose(recorded(14, { ...BUSY, ...leaking(0.8e6) }, { allocations }));
  expect(found.package).toMatchObject({ name: "ajv", version: "8.12.0" });
  expect(found.summary).toContain("compile (/app/node_modules/ajv/dist/core.js:7)");
});

test("buffers that are kept are memory_leak too, with a heap that stays as it is", () => {
  const external_bytes = from(2, (s: number) => 2.5e6 + s * 2e6, 2.5e6);
  expect(diagnose(recorded(14, { ...BUSY, external_bytes })).root_cause).toBe("memory_leak");
});

test("85 MB a second for a minute is memory_leak, confirmed", () => {
  const found = diagnose(recorded(70, { ...leaking(90e6), heap_limit_bytes: 20e9 }));
  expect(found).toMatchObject({ root_cause: "memory_leak", verdict: "confirmed" });
});

test("a heap that grows while requests are stuck is no leak: they hold it", () => {
  const stuck: Figures = {
    in_flight_count: from(2, (s) => s * 20),
    in_oldest_ms: from(2, (s) => s * 1_000),
    in_ended_count: from(2, 0, 4),
  };
  const found = diagnose(recorded(14, { ...BUSY, ...leaking(0.5e6), ...stuck }));
  expect(found.root_cause).not.toBe("memory_leak");
  expect(found.ruled_out.find((other) => other.class === "memory_leak")?.evidence).toContain("requests are stuck");
});

test("a heap that was never collected says nothing of a leak", () => {
  const found = diagnose(recorded(14, { ...BUSY, heap_used_bytes: (s) => 16e6 + s * 1e6 }));
  expect(found.root_cause).toBe("none");
});

const files = (level: number) => from(2, (s: number) => level + Math.floor(s * 20), level);

test("descriptors that grow while nobody has looked yet what they are may be clients' connections", () => {
  const stale: Figures = {
    ...BUSY,
    fd_count: files(29),
    tcp_established_count: (s) => (s < 9 ? 3 : 150),
    tcp_accepted_count: (s) => (s < 9 ? 3 : 150),
  };
  expect(diagnose(recorded(8, stale)).root_cause).toBe("none");
  expect(diagnose(recorded(12, stale)).root_cause).toBe("none");
});

test("descriptors that grow beyond connections are fd_leak", () => {
  const found = diagnose(recorded(12, { ...BUSY, fd_count: files(29), fd_file_count: files(0) }));
  expect(found).toMatchObject({ root_cause: "fd_leak", verdict: "likely" });
  expect(found.evidence_trace.map(({ feature }) => feature)).toContain("fd_unexplained_growth_count");
});

test("connections to others that are never closed are fd_leak; those from clients are not", () => {
  const grown = (level: number) => from(2, (s: number) => level + Math.floor(s * 20), level);
  const connected: Figures = { ...BUSY, fd_count: grown(29), tcp_established_count: grown(3) };
  expect(diagnose(recorded(12, { ...connected, tcp_accepted_count: 2 })).root_cause).toBe("fd_leak");
  expect(diagnose(recorded(12, { ...connected, tcp_accepted_count: grown(2) })).root_cause).toBe("none");
  // Where it is not known who made them, they may be clients'.
  expect(diagnose(recorded(12, connected)).root_cause).toBe("none");
});

test("sockets whose peer closed, and that nobody closes, are fd_leak", () => {
  const grown = (level: number) => from(2, (s: number) => level + Math.floor(s * 15), level);
  const found = diagnose(recorded(12, { fd_count: grown(29), tcp_close_wait_count: grown(0) }));
  expect(found.root_cause).toBe("fd_leak");
});

test("a process without a descriptor left is fd_leak, confirmed", () => {
  const found = diagnose(
    recorded(12, { fd_count: from(2, (s) => Math.min(255, 29 + s * 30), 29), fd_limit_count: 256 }),
  );
  expect(found).toMatchObject({ root_cause: "fd_leak", verdict: "confirmed" });
});

test("without figures of descriptors there is no fd_leak, and it is said what was not recorded", () => {
  const found = diagnose(recorded(12, { ...BUSY, fd_count: undefined }));
  expect(found.root_cause).toBe("none");
  expect(Object.keys(found.features).filter((name) => name.startsWith("fd_growth"))).toEqual([]);
  expect(found.missing).toContain("fd_count");
  expect(found.missing).not.toContain("fd_limit_count");
});

test("a heap that fills up within seconds is crash.oom before it is at its limit", () => {
  const growing = (second: number): number => 16e6 + Math.max(0, second - 2) * 28e6;
  const figures: Figures = {
    gc_major_count: (s) => (Math.round(s * 5) % 2 === 0 ? 1 : 0),
    heap_after_gc_bytes: growing,
    heap_used_bytes: (s) => growing(s) + 4e6,
    heap_limit_bytes: 145e6,
  };
  expect(diagnose(recorded(3, figures)).root_cause).toBe("none");
  expect(diagnose(recorded(5, figures))).toMatchObject({ root_cause: "crash.oom", verdict: "likely" });
});

test("a process that V8 ended for lack of memory is crash.oom, confirmed", () => {
  const stderr = [
    "<--- Last few GCs --->",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
  ];
  const death = { at: 1, code: undefined, signal: "SIGABRT", stderr };
  expect(diagnose(recorded(10, {}, { death }))).toMatchObject({ root_cause: "crash.oom", verdict: "confirmed" });
});

test("a kill is crash.oom where its control group was at its limit, and is not without that", () => {
  const death = { at: 1, code: 137, signal: undefined, stderr: [] };
  const full = { cgroup_memory_bytes: 509e6, cgroup_memory_limit_bytes: 512e6 };
  expect(diagnose(recorded(10, full, { death })).root_cause).toBe("crash.oom");
  expect(diagnose(recorded(10, {}, { death })).root_cause).toBe("unknown");
});

test("a blocked process that ended, and that nobody heard, is crash.oom where its memory had grown up to the heap's limit", () => {
  const death = { at: 1, code: undefined, signal: undefined, stderr: [] };
  const stack = { at: 1, silent: 2_000, frames: [], requestId: "r1" };
  const silent = (mebibytes: number): Figures => ({
    heap_used_bytes: (s) => (s < 4 ? 16e6 : undefined),
    heap_limit_bytes: (s) => (s < 4 ? 250e6 : undefined),
    elu_ratio: (s) => (s < 4 ? 0.05 : undefined),
    heartbeat_gap_ms: from(4, (s) => s * 1_000),
    main_cpu_ratio: from(4, 0.98, 0.05),
    rss_bytes: from(4, (s: number) => 95e6 + (s / 6) * mebibytes * 2 ** 20, 95e6),
  });
  const stacks = [stack, stack, stack];
  expect(diagnose(recorded(10, silent(190), { death, stacks }))).toMatchObject({
    root_cause: "crash.oom",
    verdict: "likely",
  });
  expect(diagnose(recorded(10, silent(60), { death, stacks })).root_cause).toBe("event_loop_stall");
  expect(diagnose(recorded(10, silent(190), { stacks })).root_cause).toBe("event_loop_stall");
});
