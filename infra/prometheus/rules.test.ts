import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const { error } = spawnSync("promtool", ["--version"]);
if (error) console.log(`skipped: promtool does not run here: ${error.message}`);

const sop = join(import.meta.dirname, "../../packages/cli/dist/main.js");

const CONFIG = `
service: orders
rules:
  - name: HighErrorRateAndLatency
    when: { all: [{ metric: error_ratio, above: 0.05, window: 5m }, { metric: p95, above: 0.3, window: 5m }] }
    for: 2m
    set: { redis.enabled: false }
  - name: Everything
    when:
      any:
        - { not: { metric: rate, above: 1, window: 90s } }
        - { metric: p50, atLeast: 0.25, route: '/odd "route"\\{{' }
        - { metric: p99, atMost: 0.2 }
        - { metric: panic_ratio, above: 0 }
        - { metric: canceled_ratio, above: 0.1 }
        - { metric: degraded_ratio, above: 0.1 }
        - { metric: in_flight, above: 100 }
        - { metric: crashes, atLeast: 1, window: 5m }
        - { breaker: redis, state: open }
    set: { search: "{{off}}" }
  - name: NoErrors
    when: { metric: error_ratio, atMost: 0.01 }
    set: { a: 1 }
`;

// Ten requests a second, a tenth of them errors, and all slower than 0.3 s.
const SERIES = `
rule_files: [alerts.yaml]
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series:
      - { series: 'http_requests_total{job="orders",instance="a",status="200"}', values: "0+135x60" }
      - { series: 'http_requests_total{job="orders",instance="a",status="500"}', values: "0+15x60" }
      - { series: 'http_requests_total{job="orders",instance="b",status="200"}', values: "0+150x60" }
      - { series: 'http_request_duration_seconds_bucket{job="orders",instance="a",le="0.3"}', values: "0x60" }
      - { series: 'http_request_duration_seconds_bucket{job="orders",instance="a",le="0.5"}', values: "0+150x60" }
      - { series: 'http_request_duration_seconds_bucket{job="orders",instance="a",le="+Inf"}', values: "0+150x60" }
    promql_expr_test: []
    alert_rule_test:
      - eval_time: 10m
        alertname: HighErrorRateAndLatency
        exp_alerts:
          - exp_labels: { job: orders, instance: a, service: orders, severity: warning, source: rule }
            exp_annotations:
              summary: "orders: HighErrorRateAndLatency"
              description: The rule HighErrorRateAndLatency throws redis.enabled in this instance.
              command: sop flags list
              runbook_url: docs/guides/rules.md
      - eval_time: 10m
        alertname: NoErrors
        exp_alerts:
          - exp_labels: { job: orders, instance: b, service: orders, severity: warning, source: rule }
            exp_annotations:
              summary: "orders: NoErrors"
              description: The rule NoErrors throws a in this instance.
              command: sop flags list
              runbook_url: docs/guides/rules.md
`;

describe.skipIf(error)("what `sop rules` prints", () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "sop-promtool-"));
    writeFileSync(join(dir, "sop.yaml"), CONFIG);
    const alerts = execFileSync(process.execPath, [sop, "rules", "--no-stock", "--config", join(dir, "sop.yaml")]);
    writeFileSync(join(dir, "alerts.yaml"), alerts);
    writeFileSync(join(dir, "test.yaml"), SERIES);
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("is a rule file to promtool", () => {
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", "alerts.yaml"], { cwd: dir });
    expect(status, String(stderr)).toBe(0);
    expect(String(stdout)).toContain("3 rules found");
  });

  it("fires for the instance in which the rule acts, also where no request ever failed", () => {
    const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", "test.yaml"], { cwd: dir });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
