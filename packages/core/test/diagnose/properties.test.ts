import { detect, diagnose, explain, type RecordedWindow, ROOT_CAUSES, SAMPLE_FIELDS, type Sample } from "@sop/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { recorded, START, samples } from "./support.ts";

const odd = fc.oneof(
  fc.double(),
  fc.integer({ min: -1_000, max: 1_000_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1, undefined),
);
const anything = fc.anything({ maxDepth: 2 });
const at = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }).map((ms) => START + ms),
  odd,
);

const sample = fc
  .record(Object.fromEntries([...Object.keys(SAMPLE_FIELDS), "interval"].map((name) => [name, odd])), {
    requiredKeys: [],
  })
  .chain((figures) => at.map((time) => ({ ...figures, at: time }) as unknown as Sample));

const contender = fc.record({ owner: fc.constantFrom("a", "b", "c", "d"), since: at as fc.Arbitrary<number> });
const lock = fc.record({
  name: fc.constantFrom("A", "B", "C"),
  kind: fc.constantFrom("mutex" as const, "semaphore" as const),
  max: fc.integer({ min: 0, max: 3 }),
  holders: fc.array(contender, { maxLength: 3 }),
  waiters: fc.array(contender, { maxLength: 4 }),
});
const pool = fc.record({
  name: fc.constantFrom("p", "q"),
  kind: fc.constant("pool"),
  used: odd as fc.Arbitrary<number>,
  max: odd,
  waiting: odd as fc.Arbitrary<number>,
  holders: fc.array(contender, { maxLength: 3 }),
  waiters: fc.array(contender, { maxLength: 4 }),
});

/** Windows of the right form, with figures as odd as they come. */
const windows = fc.record(
  {
    samples: fc.array(sample, { maxLength: 40 }),
    troubleAt: at,
    startedAt: odd,
    locks: fc.array(lock, { maxLength: 4 }),
    pools: fc.array(pool, { maxLength: 2 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<RecordedWindow>>;

const whole = (part: Partial<RecordedWindow>): RecordedWindow => ({ panics: [], inFlight: 0, missing: [], ...part });

test("any window has a diagnosis, the same each time, whose figures are numbers", () => {
  fc.assert(
    fc.property(windows, (part) => {
      const window = whole(part);
      const found = diagnose(window);
      expect([...ROOT_CAUSES, "none", "unknown"]).toContain(found.root_cause);
      for (const value of Object.values(found.features)) expect(Number.isFinite(value)).toBe(true);
      expect(diagnose(structuredClone(window))).toEqual(found);
      expect(JSON.parse(JSON.stringify(found))).toMatchObject({
        schema: "sop.diagnosis/1",
        root_cause: found.root_cause,
      });
    }),
  );
});

test("it does not matter in which order samples come", () => {
  fc.assert(
    fc.property(windows, fc.func(fc.integer()), (part, order) => {
      // Of two at one time none is the first.
      const unique = [...new Map((part.samples ?? []).map((one) => [one.at, one])).values()];
      const shuffled = [...unique].sort((a, b) => order(a.at) - order(b.at));
      expect(diagnose(whole({ ...part, samples: shuffled }))).toEqual(diagnose(whole({ ...part, samples: unique })));
    }),
  );
});

test("nothing that is called a window makes it throw", () => {
  const foreign = fc.record(
    Object.fromEntries(
      [
        "panics",
        "samples",
        "routes",
        "calls",
        "pools",
        "locks",
        "races",
        "stacks",
        "changes",
        "allocations",
        "death",
        "warnings",
        "missing",
        "inFlight",
        "troubleAt",
      ].map((name) => [name, fc.oneof(anything, fc.array(anything, { maxLength: 4 }))]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(foreign, anything), (given) => {
      const window = given as RecordedWindow;
      expect(diagnose(window).schema).toBe("sop.diagnosis/1");
      expect(explain(window).schema).toBe("sop.explanation/1");
      expect(Array.isArray(detect(window))).toBe(true);
    }),
  );
});

test("parts of a foreign window that cannot be read are named, and the rest is used", () => {
  const window = {
    ...recorded(10),
    routes: "none",
    locks: [null],
    missing: ["heap.pb.gz"],
  } as unknown as RecordedWindow;
  const found = diagnose(window);
  expect(found.missing.slice(0, 3)).toEqual([
    "heap.pb.gz",
    "routes: not all of it can be read",
    "locks: not all of it can be read",
  ]);
  expect(found.features["in_rate_per_second"]).toBeCloseTo(20, 0);
});

const FIGURES = Object.keys(SAMPLE_FIELDS) as (keyof typeof SAMPLE_FIELDS)[];

test("a figure that was not recorded is not taken for zero: without it there is no finding that a zero would make", () => {
  fc.assert(
    fc.property(fc.subarray(FIGURES), (absent) => {
      const without = samples(12).map((one) => ({
        ...one,
        ...Object.fromEntries(absent.map((name) => [name, undefined])),
      }));
      const found = diagnose(whole({ samples: without as Sample[] }));
      expect(found.root_cause).toBe("none");
      if (absent.includes("fd_count")) expect(found.features["fd_growth_count"]).toBeUndefined();
      if (absent.includes("elu_ratio")) expect(found.features["elu_mean_ratio"]).toBeUndefined();
    }),
  );
});

test("what a trouble is measured by grows with what is normal for the service", () => {
  // Calls that always take long are no hang: 5 times the usual is.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8_000 }), (usual) => {
      const hanging = (oldest: number) =>
        diagnose(
          recorded(8, {
            in_flight_count: (s) => (s < 3 ? 1 : 40),
            out_p50_ms: (s) => (s < 2 ? usual : undefined),
            out_flight_count: (s) => (s < 3 ? 1 : 40),
            out_oldest_ms: (s) => (s < 3 ? 1 : oldest),
            out_started_count: 4,
            out_ended_count: (s) => (s < 2 ? 4 : 0),
          }),
        ).root_cause;
      expect(hanging(Math.max(2_500, usual * 5) - 1)).toBe("none");
      expect(hanging(Math.max(2_500, usual * 5) + 1)).toBe("dependency_hang");
    }),
    { numRuns: 30 },
  );
});
