import { createSop, OptionCheck, OptionError, parseDuration, resolveSop, type SopOptions } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench, FakeHost } from "./support/fake.ts";

function problemsOf(options: unknown): string {
  try {
    createSop(options as SopOptions);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return "";
}

describe("wrong options", () => {
  test.each([
    [{}, "service: got nothing, expected a non-empty string"],
    [{ service: "" }, 'service: got "", expected a non-empty string'],
    [{ service: 5 }, "service: got 5, expected a non-empty string"],
    [{ service: "s", dealine: {} }, "dealine: got {}, expected no such option; known are service, logger"],
    [{ service: "s", deadline: { default: "5 s" } }, 'deadline.default: got "5 s", expected a duration of 1 to'],
    [{ service: "s", deadline: { default: -1 } }, "deadline.default: got -1"],
    [
      { service: "s", deadline: { default: "2m" } },
      'deadline.default: got "2m", expected at most deadline.max, which is 60000 ms',
    ],
    [{ service: "s", deadline: 5 }, "deadline: got 5, expected an object"],
    [
      { service: "s", onCrash: "restart" },
      'onCrash: got "restart", expected one of "drain-and-exit", "continue", "exit"',
    ],
    [{ service: "s", logger: {} }, "logger: got {}, expected an object with the methods debug, info, warn, error"],
    [{ service: "s", logger: null }, "logger: got null"],
    [{ service: "s", logLevel: "loud" }, 'logLevel: got "loud", expected one of "debug"'],
    [{ service: "s", metrics: { maxSeries: 9 } }, "metrics.maxSeries: got 9, expected a whole number of 10 to 100000"],
    [{ service: "s", metrics: { maxSeries: 10.5 } }, "metrics.maxSeries: got 10.5"],
    [{ service: "s", observers: {} }, "observers: got {}, expected a list of objects"],
    [{ service: "s", observers: [null] }, "observers: got [null]"],
    [{ service: "s", flags: [] }, "flags: got [], expected an object"],
    [{ service: "s", ports: { clock: {} } }, "ports.clock: got {}, expected an object with the methods now, monotonic"],
    [[], "options: got [], expected an object"],
  ])("%j: %s", (options, message) => {
    expect(problemsOf(options)).toContain(message);
  });

  test("are all told at once, with the code SOP_ERR_OPTION", () => {
    try {
      createSop({ deadline: { default: -1, max: "x" as never }, onCrash: "no" as never });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError);
      const { code, problems } = error as OptionError;
      expect(code).toBe("SOP_ERR_OPTION");
      expect(problems.map((problem) => problem.path)).toEqual([
        "service",
        "deadline.max",
        "deadline.default",
        "onCrash",
      ]);
    }
  });

  test("are shown short, whatever they are", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    for (const value of [cyclic, 1n, Symbol("x"), () => 1, "x".repeat(1_000)]) {
      expect(problemsOf({ service: "s", onCrash: value }).length).toBeLessThan(250);
    }
  });

  test("never crash the check itself", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), fc.anything(), (a, b) => {
        expect(typeof problemsOf({ deadline: a, onCrash: b, sources: a, logger: b, metrics: a, flags: b })).toBe(
          "string",
        );
      }),
    );
  });
});

describe("the environment", () => {
  test("names the service and the level where the code does not", () => {
    const host = new FakeHost();
    Object.assign(host.env, { SOP_SERVICE: "orders", SOP_LOG_LEVEL: "silent" });
    expect(createSop({ ports: { host } }).service).toBe("orders");
    expect(createSop({ service: "own", ports: { host } }).service).toBe("own");
  });
});

describe("a duration", () => {
  test.each([
    [250, 250],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
  ])("%j is %d ms", (value, ms) => {
    expect(parseDuration(value)).toBe(ms);
  });

  test.each(["", "5", "5 s", "-5s", "5d", "s", Number.NaN, Number.POSITIVE_INFINITY, -1, null, {}])(
    "%j is none",
    (value) => {
      expect(parseDuration(value)).toBeUndefined();
    },
  );
});

test("a ready Sop stands where options do", () => {
  const { sop } = bench();
  expect(resolveSop(sop)).toBe(sop);
  expect(resolveSop({ service: "s" }).service).toBe("s");
});

test("the check serves the options of others too", () => {
  const check = new OptionCheck({ port: 99_999, modes: "x" }, "admin", ["port", "modes"]);
  check.integer("port", 9_320, 0, 65_535);
  check.reject("modes", "a list");
  expect(() => check.done()).toThrow(
    'admin.port: got 99999, expected a whole number of 0 to 65535; admin.modes: got "x", expected a list',
  );
});
