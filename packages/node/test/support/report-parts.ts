import { diagnose, type RecordedWindow, type Sample } from "@sop/core";
import type { IncidentRecord } from "../../src/forensics/incident-file.ts";
import type { ReportParts } from "../../src/forensics/report/story.ts";

export const OPENED = 1_795_000_000_000;

/** An incident in which two requests hold what the other waits for, and others queue behind them, while memory grows. */
export function deadlockParts(): ReportParts {
  const samples = Array.from({ length: 100 }, (_, i): Sample => {
    const stuck = Math.max(0, i - 50);
    return {
      at: OPENED - 12_000 + i * 200,
      interval: 200,
      elu_ratio: i < 50 ? 0.4 : 0.05,
      in_flight_count: 2 + stuck,
      in_oldest_ms: stuck * 200,
      in_started_count: 8,
      in_ended_count: i < 50 ? 8 : 0,
      lock_waiting_count: stuck,
      ...(i % 20 !== 7 && { heap_after_gc_bytes: 40e6 + i * 2e5 }),
      gc_major_count: 1,
      out_flight_count: 0,
      out_started_count: 0,
    };
  });
  const contender = (owner: string, route: string, after = 0) => ({
    owner,
    requestId: owner,
    route,
    since: OPENED - 2_000 + after,
  });
  const window: RecordedWindow = {
    panics: [],
    inFlight: 42,
    missing: ["cgroup: this system has none"],
    troubleAt: OPENED,
    samples,
    locks: [
      {
        name: "stock",
        kind: "mutex",
        max: 1,
        holders: [contender("r-1", "/reserve")],
        waiters: [contender("r-2", "/release", 10), contender("r-3", "/reserve", 200)],
      },
      {
        name: "ledger",
        kind: "mutex",
        max: 1,
        holders: [contender("r-2", "/release")],
        waiters: [contender("r-1", "/reserve", 12)],
      },
    ],
    routes: [
      route("POST", "/reserve", { inFlight: 22, oldest: 8_000 }),
      route("POST", "/release", { inFlight: 20, oldest: 7_900 }),
      route("GET", "/items/<script>alert(1)</script>", { ended: 800 }),
    ],
    calls: [
      {
        host: "ledger:8080",
        inFlight: 0,
        oldest: 0,
        started: 80,
        ended: 80,
        failed: 4,
        refused: 0,
        reset: 0,
        timedOut: 0,
        retried: 0,
        unread: 0,
        queued: 0,
        p50: 12,
        p99: 40,
        from: ["POST /reserve"],
      },
    ],
  };
  const incident: IncidentRecord = {
    schema: "sop.incident/1",
    id: "20261118T172640Z-1f9a3c",
    service: "orders",
    state: "open",
    openedAt: OPENED,
    trigger: { kind: "sensor: deadlock", at: OPENED },
    triggers: [{ kind: "sensor: deadlock", at: OPENED }],
    triggerCount: 1,
    timeline: [
      { step: "recorded", at: OPENED + 120, after: 120, outcome: "ok", detail: "12 files of evidence" },
      { step: "diagnosed", at: OPENED + 130, after: 130, outcome: "ok", detail: "a ring of 2" },
      { step: "mitigated", at: OPENED + 2_400, after: 2_400, outcome: "ok", detail: "the instance was replaced" },
      {
        step: "reproduced",
        at: OPENED + 9_200,
        after: 9_200,
        outcome: "failed",
        detail: "password=hunter2-s3cr3t was seen",
      },
    ],
    process: { pid: 7, node: "v24.0.0", cwd: "/srv/orders" },
  };
  return {
    incident,
    // Its evidence is said here: what a class asks for is tuned elsewhere.
    diagnosis: { ...diagnose(window), evidence_trace: EVIDENCE },
    window,
    files: ["bundle/events.ndjson", "bundle/sensors.json", "bundle/window.json", "bundle/manifest.json"],
    missing: [{ file: "bundle/core", why: "a core dump is only taken when asked for" }],
  };
}

const END = OPENED + 7_800;
const RING = "owners wait for each other in a ring";
const STUCK = "requests that used to be quick are stuck, while the process does nothing";
const figure = (sees: string, about: string, feature: string, value: number, limit: string, from = OPENED - 6_000) => ({
  seen: `${sees}: ${about}`,
  where: feature,
  at: END,
  figure: value,
  limit,
  feature,
  since: from,
  until: END,
});
const EVIDENCE: ReportParts["diagnosis"]["evidence_trace"] = [
  figure(RING, "owners that wait for each other in a ring", "lock_cycle_depth_count", 2, "at least 1"),
  figure(RING, "for how long the first in the queue has been waiting", "lock_oldest_wait_ms", 9_790, "at least 1000"),
  figure(STUCK, "inbound requests that are stuck", "in_stuck_count", 42, "at least 5", OPENED - 12_000),
  figure(STUCK, "mean utilisation of the event loop", "elu_mean_ratio", 0.15, "below 0.3"),
  figure(STUCK, "outgoing calls without an answer", "out_flight_count", 0, "below 1", END),
  figure(STUCK, "outgoing calls a second", "out_rate_per_second", 0, "below 1"),
];

function route(method: string, path: string, figures: object) {
  return {
    method,
    route: path,
    inFlight: 0,
    oldest: 0,
    streaming: 0,
    ended: 0,
    failed: 0,
    timedOut: 0,
    canceled: 0,
    p50: 20,
    p99: 80,
    lastOkAt: OPENED - 2_000,
    canceledAfter: undefined,
    canceledSpread: undefined,
    baseline: { ended: 400, p50: 20, p99: 80 },
    ...figures,
  };
}
