import { detect, diagnose, explain, ROOT_CAUSES } from "@sop/core";
import { expect, test } from "vitest";
import { collected, recorded, START } from "./support.ts";

const leaking = recorded(
  14,
  collected((second) => 16e6 + Math.max(0, second - 2) * 0.8e6),
);

test("all classes are explained, in the order in which they explain each other", () => {
  const { classes, root_cause } = explain(leaking);
  expect(classes.map((one) => one.class)).toEqual(ROOT_CAUSES);
  expect(classes.find(({ verdict }) => verdict !== "ruled out")?.class).toBe(root_cause);
});

test("each figure can be followed to its samples: those are in the window, and give the figure", () => {
  const { classes, samples: all } = explain(leaking);
  const checks = classes
    .flatMap(({ supports, refutes }) => [...supports, ...refutes])
    .flatMap(({ checks: own }) => own);
  expect(checks.length).toBeGreaterThan(50);
  for (const { value, samples: own, about } of checks) {
    expect(about).not.toBe("");
    if (value === undefined || !own || !all) continue;
    expect(own.first).toBeGreaterThanOrEqual(all.first);
    expect(own.last).toBeLessThanOrEqual(all.last);
    expect(own.since).toBeGreaterThanOrEqual(START);
  }
  const span = checks.find(({ figure }) => figure === "heap_growth_span_ms");
  expect(span?.value).toBe((span?.samples?.until ?? 0) - (span?.samples?.since ?? 0));
});

test("the evidence of a diagnosis names the figure, its limit, and the time of its samples", () => {
  const { evidence_trace, features } = diagnose(leaking);
  const slope = evidence_trace.find(({ feature }) => feature === "heap_slope_second_half_bytes_per_second");
  expect(slope).toMatchObject({ limit: "at least 350000", where: "heap_slope_second_half_bytes_per_second" });
  expect(slope?.figure).toBe(features["heap_slope_second_half_bytes_per_second"]);
  expect(slope?.since).toBeLessThan(slope?.until ?? 0);
});

test("each class that is not the cause says what speaks against it", () => {
  const { ruled_out, root_cause } = diagnose(leaking);
  expect(ruled_out.map((other) => other.class).sort()).toEqual(
    ROOT_CAUSES.filter((name) => name !== root_cause).sort(),
  );
  expect(ruled_out.find((other) => other.class === "fd_leak")?.evidence).toMatch(/^fd_growth_\w+ is 0, not at least /);
});

test("a signal speaks for the class that a diagnosis finds, and names the end of its samples", () => {
  const [signal, ...others] = detect(leaking);
  expect(signal).toMatchObject({ name: "memory_leak", verdict: "likely" });
  expect(signal?.at).toBeGreaterThan(START + 12_000);
  expect(others).toEqual([]);
});
