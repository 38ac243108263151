import fc from "fast-check";
import { expect, it } from "vitest";
import { Quantiles } from "../../src/sensors/main/quantiles.ts";

const durations = fc.array(fc.double({ min: 0, max: 3e6, noNaN: true }), { minLength: 1, maxLength: 200 });

it("gives the value at a quantile to within a twentieth, or the width of the first bucket", () => {
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99), (values, q) => {
      const quantiles = new Quantiles();
      for (const value of values) quantiles.add(value);
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(q * values.length - 1e-9) - 1] as number;
      expect(Math.abs(quantiles.at(q) - exact)).toBeLessThanOrEqual(exact / 20 + 0.11);
      expect(quantiles.at(1)).toBe(Math.max(...values));
    }),
  );
});

it("has none where nothing was added, and none after a reset", () => {
  const quantiles = new Quantiles();
  expect(quantiles.at(0.5)).toBeNaN();
  quantiles.add(250);
  expect(quantiles.at(0.5)).toBe(250);
  quantiles.reset();
  expect(quantiles.at(0.5)).toBeNaN();
  expect(quantiles.max).toBe(0);
});

it("counts each value by its weight", () => {
  const quantiles = new Quantiles();
  quantiles.add(1, 98);
  quantiles.add(500, 2);
  expect(quantiles.at(0.5)).toBeCloseTo(1, 1);
  expect(quantiles.at(0.99)).toBeGreaterThan(470);
});
