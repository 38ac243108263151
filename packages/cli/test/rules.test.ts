import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { run } from "../src/index.ts";

/** Runs `sop rules` with a configuration file of that text. */
async function rules(text: string, ...args: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), "sop-rules-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const config = join(dir, "sop.yaml");
  writeFileSync(config, text);
  const written = { out: "", err: "" };
  const output = (name: keyof typeof written) => ({
    write(chunk: string) {
      written[name] += chunk;
    },
  });
  const terminal = { out: output("out"), err: output("err"), signal: new AbortController().signal };
  return { code: await run(["rules", "--config", config, ...args], terminal), ...written };
}

async function exprOf(when: string): Promise<string> {
  const { out, err } = await rules(`rules: [{ name: A, when: ${when}, set: { a: 1 } }]`, "--json");
  return out === "" ? err : JSON.parse(out).groups[0].rules[0].expr;
}

const TOTAL = "sum by (job, instance) (rate(http_requests_total[60000ms]))";

describe("sop rules", () => {
  it("prints the rules as alerting rules of Prometheus", async () => {
    const { code, out } = await rules(
      `
service: orders
rules:
  - name: HighLatency
    when: { metric: p95, above: 0.3, window: 5m, route: /orders/:id }
    for: 2m
    set: { redis.enabled: false }
`,
      "--no-stock",
      "--runbooks",
      "https://docs.test/guides/",
    );
    expect(code).toBe(0);
    expect(parse(out)).toEqual({
      groups: [
        {
          name: "orders",
          rules: [
            {
              alert: "HighLatency",
              expr: 'histogram_quantile(0.95, sum by (job, instance, le) (rate(http_request_duration_seconds_bucket{route="/orders/:id"}[300000ms]))) > 0.3',
              for: "120000ms",
              labels: { service: "orders", severity: "warning", source: "rule" },
              annotations: {
                summary: "orders: HighLatency",
                description: "The rule HighLatency throws redis.enabled in this instance.",
                command: "sop flags list",
                runbook_url: "https://docs.test/guides/rules.md",
              },
            },
          ],
        },
      ],
    });
  });

  it.each([
    ["{ metric: rate, below: 1 }", `${TOTAL} < 1`],
    ["{ metric: in_flight, atLeast: 100 }", "sum by (job, instance) (http_requests_in_flight) >= 100"],
    [
      "{ breaker: redis, state: open }",
      'max by (job, instance) (circuit_breaker_state{name="redis",state="open"}) == 1',
    ],
    [
      "{ metric: crashes, atLeast: 1, window: 5m }",
      "sum by (job, instance) (changes(process_start_time_seconds[300000ms])) >= 1",
    ],
    [
      "{ any: [{ metric: rate, above: 5 }, { metric: in_flight, above: 9 }] }",
      `(${TOTAL} > 5) or (sum by (job, instance) (http_requests_in_flight) > 9)`,
    ],
    [
      "{ not: { all: [{ metric: rate, above: 5, clear: 4 }, { breaker: r, state: closed }] } }",
      `(${TOTAL} <= 4) or (max by (job, instance) (circuit_breaker_state{name="r",state="closed"}) == 0)`,
    ],
  ])("renders %s", async (when, expr) => {
    expect(await exprOf(when)).toBe(expr);
  });

  it("prints an empty list where there are none", async () => {
    expect(await rules("service: orders", "--no-stock")).toMatchObject({ code: 0, out: "groups: []\n" });
  });

  it("tells of rules that are wrong with their line: wrong usage", async () => {
    const { code, err } = await rules("rules:\n  - name: A\n    when: { metric: p95, above: 30 }\n    set: { a: 1 }\n");
    expect(code).toBe(2);
    expect(err).toContain("sop.yaml:3: rules.0.when.above: got 30, expected a number of 0 to 10");
  });
});
