import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSop, OptionError } from "@sop/core";
import { collectDefaultMetrics, Registry } from "prom-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSop as createNodeSop } from "../../src/index.ts";
import { METRICS, metricOf, metricsReader } from "../../src/metrics.ts";
import { prometheus } from "../../src/prometheus.ts";
import { temporaryDirectory } from "../support/files.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/metrics.md"), "utf8");

describe("the metric table", () => {
  it("is that of docs/metrics.md, line by line", () => {
    const lines = METRICS.map(({ name, kind, unit, labels, joined, isDefault, help }) => {
      const shown = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\`${isDefault ? " *" : ""} | ${kind} | ${unit} | ${shown} | ${joined} | ${help} |`;
    });
    expect(page.split("\n").filter((line) => /^\| `\w+`[ *]+\| (counter|gauge|histogram) \|/.test(line))).toEqual(
      lines,
    );
  });

  it("has names and labels that Prometheus takes, each once, and helps of one line", () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { name, kind, labels, help, unit } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith("_total")).toBe(kind === "counter");
      if (unit === "seconds" || unit === "bytes" || unit === "ratio") expect(name).toContain(unit);
      for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
      expect(help).toMatch(/^[^\n\\]+\.$/);
    }
    expect(() => metricOf("none")).toThrow("the metric table has no none");
  });

  it("says of prom-client's default metrics what prom-client says", async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const defaults = new Map((await registry.getMetricsAsJSON()).map((metric) => [metric.name, metric]));
    for (const { name, help, kind, joined } of METRICS.filter(({ isDefault }) => isDefault)) {
      const known = defaults.get(name);
      expect(known, name).toMatchObject({ help, type: kind });
      if (name !== "process_start_time_seconds") expect(known?.aggregator, name).toBe(joined);
    }
  });

  it("reads of those what prom-client reads", async () => {
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    onTestFinished(() => sop.dispose());
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const theirs = new Map(
      (await registry.getMetricsAsJSON()).map(({ name, values }) => [name, values[0]?.value ?? 0]),
    );
    const reading = metricsReader(sop)();
    for (const metric of METRICS) {
      // Its counter of the CPU begins when it is asked first.
      if (!metric.isDefault || metric.kind !== "gauge") continue;
      const [ours] = metric.read(reading);
      const their = theirs.get(metric.name) ?? Number.NaN;
      expect(Math.abs((ours?.value ?? Number.NaN) - their) / their, metric.name).toBeLessThan(0.5);
    }
  });
});

describe("the event loop's metrics", () => {
  it("are a share of time, and delays that rise with their quantile", () => {
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    onTestFinished(() => sop.dispose());
    const { utilization, delays } = metricsReader(sop)().eventLoop;
    expect(utilization).toBeGreaterThanOrEqual(0);
    expect(utilization).toBeLessThanOrEqual(1);
    expect(delays.map(([quantile]) => quantile)).toEqual(["0.5", "0.95", "0.99", "1"]);
    const seconds = delays.map(([, value]) => value);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  });

  it("show a loop that was blocked, to each who scrapes", async () => {
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    onTestFinished(() => sop.dispose());
    const read = metricsReader(sop);
    const longest = (): number => read().eventLoop.delays.at(-1)?.[1] ?? 0;
    // One look of the sensor before, and one after.
    await new Promise((resolve) => setTimeout(resolve, 50));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await expect.poll(longest).toBeGreaterThan(0.25);
    expect(longest()).toBeGreaterThan(0.25);
  });
});

describe("metrics of the service as a whole", () => {
  it("tell whether it serves, and how near it is to refusing", async () => {
    const sop = createSop({
      service: "shop",
      logger: silent,
      ports: { host },
      overload: { maxInFlight: 4 },
    });
    onTestFinished(() => sop.dispose());
    const registry = prometheus(sop);
    const lines = async (name: string): Promise<string[]> =>
      (await registry.metrics()).split("\n").filter((line) => line.startsWith(`${name}{`));
    const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
    const context = life.open({ headers: {} }, {});
    life.admit(context);
    expect(await lines("overload_saturation_ratio")).toContain(
      'overload_saturation_ratio{resource="concurrency"} 0.25',
    );
    expect(await lines("service_state")).toEqual([
      'service_state{state="serving"} 1',
      'service_state{state="draining"} 0',
      'service_state{state="drained"} 0',
    ]);
    const drained = sop.drain();
    expect(await lines("service_state")).toContain('service_state{state="draining"} 1');
    life.close(context, 200, "finished");
    await drained;
    expect(await lines("service_state")).toContain('service_state{state="drained"} 1');
  });
});

describe("buckets in sop.yaml", () => {
  function fromFile(text: string): readonly number[] {
    const config = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(config, text);
    const sop = createNodeSop({ service: "shop", config, forensics: false, drain: false, logger: silent });
    onTestFinished(() => sop.dispose());
    return sop.metrics().bounds;
  }

  it("are a list, or a grid", () => {
    expect(fromFile("metrics: { buckets: [0.1, 1] }")).toEqual([0.1, 1]);
    expect(fromFile("metrics: { buckets: { schema: 0, from: 0.5, to: 2 } }")).toEqual([0.5, 1, 2]);
  });

  it("that cannot be any are refused with their line", () => {
    expect(() => fromFile("service: shop\nmetrics:\n  buckets: [2, 1]")).toThrow(OptionError);
    expect(() => fromFile("service: shop\nmetrics:\n  buckets: [2, 1]")).toThrow(/sop\.yaml:3: metrics\.buckets/);
  });
});
