import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Differences } from "../../src/profiler/exposition/differences.ts";
import { chooseHistogram, kindOf, routeOf, unitOf } from "../../src/profiler/exposition/histogram.ts";
import type { Sample } from "../../src/profiler/exposition/parse.ts";

const BOUNDS = [0.1, 0.5, 1];

/** Cumulative buckets of a series, of counts by bucket. */
function buckets(route: string, status: string, counts: readonly number[]): Sample[] {
  let below = 0;
  return counts.map((count, i) => {
    below += count;
    const le = BOUNDS[i] === undefined ? "+Inf" : String(BOUNDS[i]);
    return { name: "a_bucket", labels: { route, status, le }, value: below };
  });
}

const always = (): boolean => true;

function totals(differences: Differences): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { routes } of differences.read().slices) {
    for (const { route, counts } of routes) found[route] = (found[route] ?? 0) + counts.reduce((n, [, c]) => n + c, 0);
  }
  return found;
}

describe("differences of cumulative histograms", () => {
  it("are what was counted between the readings, whenever processes begin again", () => {
    const step = fc.record({
      add: fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 4 }),
      restarts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const differences = new Differences(1_000, always);
        let counts = [3, 3, 3, 3];
        let truth = 0;
        differences.add({ at: 0, buckets: buckets("/a", "200", counts) });
        for (const [i, { add, restarts }] of steps.entries()) {
          const before = counts;
          counts = restarts ? add : counts.map((count, bucket) => count + (add[bucket] as number));
          const falls = restarts && cumulative(counts).some((n, bucket) => n < (cumulative(before)[bucket] as number));
          // A restart that is not seen in any count is no restart to anybody.
          truth += restarts && !falls ? sum(counts) - sum(before) : sum(add);
          differences.add({ at: (i + 1) * 1_000, buckets: buckets("/a", "200", counts) });
        }
        expect(totals(differences)["/a"] ?? 0).toBe(truth);
      }),
    );
  });

  it("have the bounds in milliseconds, and what is above them in a bucket of its own", () => {
    const differences = new Differences(1_000, always);
    differences.add({ at: 0, buckets: [] });
    differences.add({ at: 1_000, buckets: buckets("/a", "200", [1, 0, 2, 4]) });
    const { bounds, slices, from, until } = differences.read();
    expect({ bounds, from, until }).toEqual({ bounds: [100, 500, 1_000], from: 0, until: 1_000 });
    expect(slices).toEqual([
      {
        at: 0,
        routes: [
          {
            route: "/a",
            errors: 0,
            cancelled: 0,
            counts: [
              [0, 1],
              [2, 2],
              [3, 4],
            ],
          },
        ],
      },
    ]);
  });

  it("join the statuses of a route, and tell errors and those who left", () => {
    const differences = new Differences(1_000, always);
    differences.add({ at: 0, buckets: [] });
    const all = [
      buckets("/a", "200", [5, 0, 0, 0]),
      buckets("/a", "503", [0, 2, 0, 0]),
      buckets("/a", "499", [1, 0, 0, 0]),
    ];
    differences.add({ at: 1_000, buckets: all.flat() });
    expect(differences.read().slices[0]?.routes).toEqual([
      {
        route: "/a",
        errors: 2,
        cancelled: 1,
        counts: [
          [0, 6],
          [1, 2],
        ],
      },
    ]);
  });

  it("do not count what a target that was not seen before had already", () => {
    const differences = new Differences(1_000, () => false);
    differences.add({ at: 0, buckets: [] });
    differences.add({ at: 1_000, buckets: buckets("/a", "200", [1_000, 0, 0, 0]) });
    differences.add({ at: 2_000, buckets: buckets("/a", "200", [1_001, 0, 0, 0]) });
    expect(totals(differences)).toEqual({ "/a": 1 });
  });

  it("leave out values that are none", () => {
    const differences = new Differences(1_000, always);
    const odd = (le: string, value: number): Sample => ({ name: "a_bucket", labels: { route: "/a", le }, value });
    differences.add({ at: 0, buckets: [] });
    differences.add({
      at: 1_000,
      buckets: [odd("NaN", 1), odd("zero", 1), odd("-1", 1), odd("0.1", Number.NaN), odd("1", -3)],
    });
    expect(totals(differences)).toEqual({});
  });
});

describe("the histogram of requests", () => {
  it("is the one that was named, with or without its ending", () => {
    expect(chooseHistogram("my_latency", new Set(["my_latency"]))).toBe("my_latency");
    expect(chooseHistogram("my_latency_bucket", new Set(["my_latency"]))).toBe("my_latency");
  });

  it.each([
    "http_request_duration_seconds",
    "http_server_request_duration_seconds",
    "http_server_duration_milliseconds",
  ])("is %s where there is one", (name) => {
    expect(chooseHistogram(undefined, new Set(["rpc_seconds", name]))).toBe(name);
  });

  it("is not guessed: what there is instead is named", () => {
    const choose = (names: string[], types?: Map<string, string>) => () =>
      chooseHistogram(undefined, new Set(names), types);
    expect(choose(["rpc_seconds", "db_seconds"])).toThrow("--metric can name one of db_seconds, rpc_seconds");
    expect(choose([])).toThrow("no other histogram");
    expect(choose([], new Map([["http_request_duration_seconds", "summary"]]))).toThrow("is a summary");
  });

  it("has its unit in its name, and labels by several names", () => {
    expect(["a_seconds", "a_milliseconds", "a_ms", "a"].map(unitOf)).toEqual([1_000, 1, 1, 1_000]);
    expect(routeOf({ http_route: "/a", http_request_method: "GET" })).toBe("GET /a");
    expect(routeOf({ path: "/a" })).toBe("/a");
    expect(routeOf({ instance: "x" })).toBe("all requests");
    const kinds = [
      { code: "500" },
      { status_code: "5xx" },
      { http_response_status_code: "499" },
      { status: "404" },
      {},
    ];
    expect(kinds.map((labels) => kindOf(labels as Sample["labels"]))).toEqual([
      "error",
      "error",
      "cancelled",
      undefined,
      undefined,
    ]);
  });
});

function cumulative(counts: readonly number[]): number[] {
  return counts.map((_, i) => sum(counts.slice(0, i + 1)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
