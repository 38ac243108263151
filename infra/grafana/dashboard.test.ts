import { type ChildProcess, execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { missing } from "../services/missing.ts";
import { Prometheus } from "./prometheus.ts";

const noPrometheus = missing("prometheus");
const { error: noGo } = spawnSync("go", ["version"]);
if (noPrometheus) console.log(`skipped: ${noPrometheus}`);
if (noGo) console.log(`skipped: go does not run here: ${noGo.message}`);

const sop = join(import.meta.dirname, "../../packages/cli/dist/main.js");

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

function dashboard(...args: readonly string[]): string {
  return String(execFileSync(process.execPath, [sop, "dashboard", ...args]));
}

/** Each expression of the dashboard with its panel's title, and Grafana's variables as they are for "All". */
function expressions(): [title: string, expr: string][] {
  const { panels } = JSON.parse(dashboard()) as { panels: readonly Panel[] };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, string] => [title, filled(expr)]),
  );
}

function filled(expr: string): string {
  return expr.replaceAll("$__rate_interval", "10s").replaceAll("$job", ".+").replaceAll("$instance", ".+");
}

describe.skipIf(noPrometheus)("the dashboard over a service that a real Prometheus scrapes", () => {
  let service: ChildProcess;
  let prometheus: Prometheus;

  beforeAll(async () => {
    service = fork(join(import.meta.dirname, "service.mjs"));
    const [port] = (await once(service, "message")) as [number];
    prometheus = await Prometheus.start(`127.0.0.1:${port}`);
  });

  afterAll(async () => {
    service.kill();
    await prometheus.stop();
  });

  it("has only expressions that Prometheus reads", async () => {
    for (const [, query] of expressions()) await prometheus.ask("format_query", { query });
  });

  it("shows something in each of its panels", { timeout: 60_000 }, async () => {
    const empty = new Map(expressions().map(([title, query]) => [query, title]));
    await prometheus
      .until(async () => {
        for (const query of empty.keys()) {
          const { result } = await prometheus.ask<{ result: readonly unknown[] }>("query", { query });
          if (result.length > 0) empty.delete(query);
        }
        return empty.size === 0;
      })
      .catch(() => {});
    expect([...empty]).toEqual([]);
  });

  it("finds the traces of single requests beside the latency", async () => {
    const range = { start: String(Date.now() / 1_000 - 60), end: String(Date.now() / 1_000 + 60) };
    const query = "http_request_duration_seconds_bucket";
    await prometheus.until(async () => {
      const found = await prometheus.ask<readonly { exemplars: readonly { labels: object }[] }[]>("query_exemplars", {
        query,
        ...range,
      });
      return found.some(({ exemplars }) => exemplars.some(({ labels }) => "trace_id" in labels));
    });
  });

  it("has each label of the table on a series", async () => {
    const { METRICS } = await import("../../packages/node/dist/metrics.js");
    const missing: string[] = [];
    for (const { name, kind, labels } of METRICS) {
      const all = labels.map((label) => `${label}!=""`).join(",");
      const query = `${kind === "histogram" ? `${name}_bucket` : name}{${all}}`;
      const { result } = await prometheus.ask<{ result: readonly unknown[] }>("query", { query });
      if (result.length === 0) missing.push(query);
    }
    expect(missing).toEqual([]);
  });

  it("has the help and the type of each metric from the table", async () => {
    const { METRICS } = await import("../../packages/node/dist/metrics.js");
    const found = await prometheus.ask<Record<string, readonly { type: string; help: string }[]>>("metadata", {});
    for (const { name, kind, help } of METRICS) {
      // In OpenMetrics a counter's suffix is no part of its name.
      const known = found[name]?.[0] ?? found[name.replace(/_total$/, "")]?.[0];
      expect(known, name).toMatchObject({ type: kind, help: expect.stringContaining(help.slice(0, 20)) });
    }
  });
});

describe.skipIf(noGo)("the dashboard in Grafana's own schema", { timeout: 300_000 }, () => {
  it.each([[[]], [["--datasource", "prom-1", "--title", "Orders"]]])("is one to it: %j", (args) => {
    const dir = mkdtempSync(join(tmpdir(), "sop-grafana-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    cpSync(join(import.meta.dirname, "schema"), dir, { recursive: true });
    writeFileSync(join(dir, "dashboard.json"), dashboard(...args));
    const { status, stdout, stderr } = spawnSync("go", ["run", ".", "dashboard.json"], { cwd: dir });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  it("would not be one with an option that Grafana does not know", () => {
    const dir = mkdtempSync(join(tmpdir(), "sop-grafana-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    cpSync(join(import.meta.dirname, "schema"), dir, { recursive: true });
    writeFileSync(join(dir, "dashboard.json"), dashboard().replace('"showValue"', '"showValues"'));
    expect(spawnSync("go", ["run", ".", "dashboard.json"], { cwd: dir }).status).toBe(1);
  });
});
