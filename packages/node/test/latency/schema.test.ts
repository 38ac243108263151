import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latencyRunProblem } from "../../src/latency.ts";
import { runOf, slice, times } from "./runs.ts";

const run = runOf([slice(0, { a: times(3, 10), b: times(2, -500) })]);

describe("what is read as a run", () => {
  it("is what was written as one", () => {
    expect(latencyRunProblem(JSON.parse(JSON.stringify(run)))).toBeUndefined();
  });

  it("is nothing else", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => latencyRunProblem(value) !== undefined));
  });

  it.each([
    ["another version", { ...run, schema: "sop.latency/2" }, /schema is "sop.latency\/2", not "sop.latency\/1"/],
    ["no schema", { hello: 1 }, /no "schema"/],
    ["a figure that is none", { ...run, routes: [{ ...run.routes[0], p99: "fast" }] }, /\/routes\/0\/p99 is wrong/],
    ["no times", { ...run, from: "yesterday" }, /no times/],
    ["bounds that do not ascend", { ...run, bounds: [2, 1] }, /do not ascend/],
    ["a bucket that is not there", { ...run, bounds: [1, 2] }, /not within the bounds/],
    ["nothing", undefined, /no "schema"/],
  ])("says what is wrong with %s", (_, value, problem) => {
    expect(latencyRunProblem(value)).toMatch(problem);
  });
});
