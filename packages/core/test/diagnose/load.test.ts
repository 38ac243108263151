import { diagnose, type RecordedStack } from "@sop/core";
import { expect, test } from "vitest";
import { type Figures, from, recorded, START } from "./support.ts";

const stack = (silent: number, requestId: string): RecordedStack => ({
  at: START + 4_000 + silent,
  silent,
  requestId,
  method: "POST",
  route: "/dates",
  frames: [
    { function: "test", file: "node:internal/regexp", line: 1, column: 1, package: undefined, version: undefined },
    {
      function: "preprocessRFC2822",
      file: "/app/node_modules/moment/moment.js",
      line: 2_390,
      column: 9,
      package: "moment",
      version: "2.29.3",
    },
  ],
});
/** Nothing comes from the main thread between the fourth and the eighth second. */
const silent = (figures: Figures): Figures =>
  Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [
      name,
      (s: number) => (s > 4 && s < 8 ? undefined : typeof figure === "function" ? figure(s) : figure),
    ]),
  );
const BLOCKED: Figures = {
  ...silent({
    elu_ratio: 0.05,
    in_started_count: 4,
    in_ended_count: 4,
    in_p99_ms: 4,
    in_flight_count: 0,
    gc_ms: 0,
    loop_delay_max_ms: 4,
  }),
  heartbeat_gap_ms: (s) => (s > 4 && s < 8 ? (s - 4) * 1_000 : 0),
  main_cpu_ratio: (s) => (s > 4 && s < 8 ? 0.99 : 0.05),
};

test("a silent main thread with one request's code on its stack is event_loop_stall, confirmed, with package and line", () => {
  const found = diagnose(recorded(9, BLOCKED, { stacks: [1_000, 1_500, 2_000].map((ms) => stack(ms, "r1")) }));
  expect(found).toMatchObject({
    root_cause: "event_loop_stall",
    verdict: "confirmed",
    package: { name: "moment" },
    route: "/dates",
  });
  expect(found.summary).toContain("preprocessRFC2822");
  expect(found.evidence_trace[0]?.where).toContain("moment.js:2390:9");
});

test("it is seen while the thread is still silent", () => {
  expect(diagnose(recorded(6, BLOCKED, { stacks: [stack(1_000, "r1")] })).root_cause).toBe("event_loop_stall");
});

test("what was seen of the thread from outside counts, however little processor a busy machine gave it", () => {
  const look = (does: "busy" | "waits" | "collects" | "starved"): RecordedStack => ({
    at: START + 5_000,
    silent: 1_000,
    frames: [],
    thread: { does, cpu: 0.2, seen: "it was looked at" },
  });
  const shared = { ...BLOCKED, main_cpu_ratio: 0.2 };
  const causes = (["busy", "waits", "collects", "starved"] as const).map((does) => {
    return diagnose(recorded(9, shared, { stacks: [look(does)] })).root_cause;
  });
  expect(causes).toEqual(["event_loop_stall", "event_loop_stall", "none", "none"]);
});

test("without a stack it is likely, by its processor time", () => {
  expect(diagnose(recorded(9, BLOCKED))).toMatchObject({ root_cause: "event_loop_stall", verdict: "likely" });
});

test("a thread that others keep from running is not said to compute", () => {
  expect(diagnose(recorded(9, { ...BLOCKED, main_cpu_ratio: 0.2 })).root_cause).toBe("none");
});

test("one that waits in a call of the system is a stall, as the kernel says; one that got no processor is none", () => {
  const brief: Figures = {
    ...BLOCKED,
    heartbeat_gap_ms: (s) => (s > 4 && s < 5.2 ? (s - 4) * 1_000 : 0),
    main_cpu_ratio: 0.2,
  };
  const seen = (does: "waits" | "starved"): RecordedStack => ({
    at: START + 5_000,
    silent: 1_000,
    frames: [],
    thread: { does, cpu: 0, seen: "" },
  });
  expect(diagnose(recorded(9, brief, { stacks: [seen("waits")] })).root_cause).toBe("event_loop_stall");
  expect(diagnose(recorded(9, brief, { stacks: [seen("starved")] })).root_cause).toBe("none");
});

const OVERLOADED: Figures = {
  elu_ratio: from(2, 1, 0.05),
  main_cpu_ratio: from(2, 0.98, 0.05),
  loop_delay_max_ms: from(2, 240, 4),
  in_started_count: from(2, 40, 4),
  in_ended_count: from(2, 12, 4),
  in_canceled_count: from(6, 10),
  in_flight_count: from(2, (s) => s * 140),
  in_oldest_ms: from(2, (s) => Math.min(4_000, s * 1_000)),
  in_p99_ms: from(2, (s) => 500 + s * 500, 4),
};

test("a loop that is busy without a pause while requests are given up is overload", () => {
  expect(diagnose(recorded(10, OVERLOADED))).toMatchObject({ root_cause: "overload", trigger: "traffic" });
});

test("a loop that never rests, in pieces that are short each, is overload and no stall", () => {
  const pieces: Figures = {
    ...OVERLOADED,
    in_canceled_count: 0,
    in_flight_count: from(2, 12),
    in_oldest_ms: from(2, 700),
    in_p99_ms: from(2, 350, 4),
    loop_delay_max_ms: from(2, 600, 4),
    heartbeat_gap_ms: from(2, (s) => (s * 1_000) % 600),
  };
  expect(diagnose(recorded(10, pieces)).root_cause).toBe("overload");
  const resting: Figures = { ...pieces, elu_ratio: from(2, 0.6, 0.05), main_cpu_ratio: from(2, 0.6, 0.05) };
  expect(diagnose(recorded(10, resting)).root_cause).toBe("event_loop_stall");
});

test("stacks that show another request each time are overload and no stall", () => {
  const stacks = ["r1", "r2", "r3", "r4"].map((id, i) => stack(1_000 + i * 100, id));
  const late = {
    ...OVERLOADED,
    heartbeat_gap_ms: from(5, (s) => (s < 2 ? s * 1_000 : 0)),
    loop_delay_max_ms: from(2, 1_400, 4),
  };
  expect(diagnose(recorded(10, late, { stacks })).root_cause).toBe("overload");
});

test("silences one after the other, each with its own request on the stack, are stalls", () => {
  const stacks = ["r1", "r2", "r3"].flatMap((id, i) =>
    [1_000, 1_200].map((ms) => ({ ...stack(ms, id), at: START + 2_000 * (i + 1) + ms })),
  );
  const found = diagnose(recorded(9, BLOCKED, { stacks }));
  expect([found.root_cause, found.verdict]).toEqual(["event_loop_stall", "confirmed"]);
});

test("200 more in flight each second, at a P99 of five, is overload, confirmed", () => {
  const seed: Figures = { ...OVERLOADED, in_flight_count: from(2, (s) => s * 260), in_p99_ms: from(2, 6_000, 4) };
  expect(diagnose(recorded(10, seed))).toMatchObject({ root_cause: "overload", verdict: "confirmed" });
});
