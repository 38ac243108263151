import { expect, it } from "vitest";
import type { CallRecord, RequestRecord } from "../../src/blackbox/record.ts";
import { panicsOf, windowOfFlight } from "../../src/flight/window-of.ts";

const END = 1_000_000;

function request(at: number, duration: number, status = 200): RequestRecord {
  return { kind: "request", at, method: "GET", route: "/a", status, duration, requestId: "x", isExpired: false };
}

it("a route's figures are those of the present, and what was before is what is normal for it", () => {
  const before = Array.from({ length: 100 }, (_, i) => request(END - 60_000 + i, 10 + (i % 5)));
  const now = [request(END - 3_000, 900, 504), request(END - 2_000, 5_000, 499), request(END - 1_000, 5_020, 499)];
  const { routes } = windowOfFlight({
    records: [...before, ...now, { ...request(END - 500, 7, 500), route: "/b" }],
    entries: [
      { kind: "request", startedAt: END - 9_000, phase: "opened", method: "GET", route: "/a" },
      { kind: "request", startedAt: END - 50_000, phase: "answering", method: "GET", route: "/a" },
    ],
    until: END,
    troubleAt: END,
  });
  expect(routes).toEqual([
    {
      method: "GET",
      route: "/a",
      inFlight: 2,
      oldest: 9_000,
      streaming: 1,
      ended: 3,
      failed: 1,
      timedOut: 1,
      canceled: 2,
      p50: 900,
      p99: 900,
      lastOkAt: END - 60_000 + 99,
      canceledAfter: 5_000,
      canceledSpread: 20,
      baseline: { ended: 100, p50: 12, p99: 14 },
    },
    expect.objectContaining({ route: "/b", ended: 1, failed: 1, baseline: undefined, lastOkAt: undefined }),
  ]);
});

it("calls are told by their host, with the routes that make them", () => {
  const call = (at: number, outcome: CallRecord["outcome"], status: number): CallRecord => {
    return { kind: "call", at, host: "stock:80", status, outcome, duration: 20, route: "/a", isRetry: status === 0 };
  };
  const { calls } = windowOfFlight({
    records: [
      request(END - 60_000, 5),
      call(END - 59_000, "answered", 200),
      call(END - 58_000, "answered", 200),
      call(END - 2_000, "timeout", 0),
      call(END - 1_000, "answered", 503),
    ],
    entries: [{ kind: "call", startedAt: END - 4_000, phase: "opened", host: "stock:80", route: "/b" }],
    until: END,
    troubleAt: END,
  });
  expect(calls).toEqual([
    {
      host: "stock:80",
      inFlight: 1,
      oldest: 4_000,
      started: 3,
      ended: 2,
      failed: 2,
      refused: 0,
      reset: 0,
      timedOut: 1,
      retried: 1,
      unread: 0,
      queued: 0,
      p50: 20,
      p99: 20,
      from: ["/a", "/b"],
      baseline: { ended: 2, p50: 20, perRequest: 2 },
    },
  ]);
});

it("changes and failures are told too", () => {
  const records = [
    { kind: "flag", at: 1, what: "a: 1 -> 2" },
    { kind: "drain", at: 2, what: "started" },
    { kind: "breaker", at: 3, what: "b" },
    {
      kind: "panic",
      at: 4,
      name: "/a",
      origin: "handler",
      type: "Error",
      message: "m",
      frames: ["fn one /app/a b.js:1:2", "/app/c.js:3:4", "nonsense"],
    },
  ] as const;
  const flight = { records, entries: [], until: 10, troubleAt: 10 };
  expect(windowOfFlight(flight).changes).toEqual([
    { at: 1, kind: "flag", what: "a: 1 -> 2" },
    { at: 3, kind: "breaker", what: "b" },
  ]);
  expect(panicsOf(flight)).toMatchObject([
    {
      type: "Error",
      frames: [
        { line: 1, column: 2 },
        { function: undefined, file: "/app/c.js", line: 3 },
      ],
    },
  ]);
});
