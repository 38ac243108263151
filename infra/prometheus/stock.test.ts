import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing } from "../services/missing.ts";

const reason = missing("promtool");
if (reason) console.log(`skipped: ${reason}`);

const sop = join(import.meta.dirname, "../../packages/cli/dist/main.js");

/** A series of one instance: its name with its own labels, and its values, one each 15 s. */
type Series = readonly [name: string, values: string];

interface Case {
  readonly title: string;
  readonly alert: string;
  readonly series: readonly Series[];
  /** When it is looked at. */
  readonly at: string;
  /** What it has beyond `job` and `instance`, and its description; `undefined`: it does not fire. */
  readonly fires?: { readonly labels?: Readonly<Record<string, string>>; readonly description: string };
}

const LIVES: Series = ["process_start_time_seconds", "0x80"];
const requests = (status: string, values: string): Series => [`http_requests_total{status="${status}"}`, values];
const buckets = (fast: string, all: string): Series[] => [
  ['http_request_duration_seconds_bucket{le="0.3"}', fast],
  ['http_request_duration_seconds_bucket{le="0.5"}', all],
  ['http_request_duration_seconds_bucket{le="+Inf"}', all],
];
const breaker = (open: string, half: string): Series[] => [
  ['circuit_breaker_state{name="redis",state="open"}', open],
  ['circuit_breaker_state{name="redis",state="half_open"}', half],
  ['circuit_breaker_state{name="redis",state="forced_open"}', "0x80"],
];
const fds = (values: string): Series[] => [
  ["process_open_fds", values],
  ["process_max_fds", "1000x80"],
];

const CASES: readonly Case[] = [
  {
    title: "fires for panics that were all there before the first scrape of their series",
    alert: "SopPanicBurst",
    series: [
      LIVES,
      ['middleware_panic_total{name="auth"}', "_x23 4x60"],
      ['middleware_panic_total{name="db"}', "_x23 2x60"],
    ],
    at: "7m",
    fires: { description: "About 6 panics within 5 minutes on a." },
  },
  {
    title: "fires for a process that began with them",
    alert: "SopPanicBurst",
    series: [
      ["process_start_time_seconds", "_x20 300x60"],
      ['middleware_panic_total{name="auth"}', "_x20 7x60"],
    ],
    at: "6m",
    fires: { description: "About 7 panics within 5 minutes on a." },
  },
  {
    title: "does not fire for panics of long before the first scrape",
    alert: "SopPanicBurst",
    series: [
      ["process_start_time_seconds", "_x60 0x60"],
      ['middleware_panic_total{name="auth"}', "_x60 900x60"],
    ],
    at: "16m",
  },
  {
    title: "does not fire for a panic now and then, nor for those of long ago",
    alert: "SopPanicBurst",
    series: [LIVES, ['middleware_panic_total{name="auth"}', "0 50x30 51x50"]],
    at: "12m",
  },
  {
    title: "fires for errors that are slow",
    alert: "SopErrorsAndSlow",
    series: [requests("200", "0+135x60"), requests("500", "0+15x60"), ...buckets("0x60", "0+150x60")],
    at: "10m",
    fires: { description: "10% of the answers of a are 5xx, and its P95 is above 0.3 s." },
  },
  {
    title: "does not fire for errors alone",
    alert: "SopErrorsAndSlow",
    series: [requests("200", "0+135x60"), requests("500", "0+15x60"), ...buckets("0+150x60", "0+150x60")],
    at: "10m",
  },
  {
    title: "does not fire where it is only slow, nor without any request",
    alert: "SopErrorsAndSlow",
    series: [requests("200", "0+150x60"), ...buckets("0x60", "0+150x60")],
    at: "10m",
  },
  {
    title: "does not fire before it has lasted",
    alert: "SopErrorsAndSlow",
    series: [requests("200", "0x20 0+135x20"), requests("500", "0x20 0+15x20"), ...buckets("0x40", "0x20 0+150x20")],
    at: "6m",
  },
  {
    title: "fires for a breaker that goes from open to half-open and back",
    alert: "SopBreakerStaysOpen",
    series: breaker("0 1 1 0 1 1 0 1 1 0 1 1", "0 0 0 1 0 0 1 0 0 1 0 0"),
    at: "2m",
    fires: { labels: { name: "redis", breaker: "redis" }, description: "Calls through redis are refused by a." },
  },
  {
    title: "does not fire for a breaker that closed again",
    alert: "SopBreakerStaysOpen",
    series: breaker("0 1 1 0 0 0 0 0 0", "0 0 0 1 0 0 0 0 0"),
    at: "2m",
  },
  {
    title: "fires for an event loop that never rests",
    alert: "SopSaturated",
    series: [["event_loop_utilization_ratio", "0.99x40"]],
    at: "5m",
    fires: { description: "a has used 99% of what it has for 2 minutes." },
  },
  {
    title: "fires for a limit that is reached",
    alert: "SopSaturated",
    series: [
      ["event_loop_utilization_ratio", "0.2x40"],
      ['overload_saturation_ratio{resource="concurrency"}', "1x40"],
    ],
    at: "5m",
    fires: { description: "a has used 100% of what it has for 2 minutes." },
  },
  {
    title: "does not fire for a moment of it",
    alert: "SopSaturated",
    series: [
      ["event_loop_utilization_ratio", "0.99 0.99 0.5x40"],
      ['overload_saturation_ratio{resource="concurrency"}', "0.9x40"],
    ],
    at: "5m",
  },
  {
    title: "fires for a source that is not followed any more",
    alert: "SopConfigStale",
    series: [
      ['config_source_state{source="etcd",state="READY"}', "1 0x40"],
      ['config_source_state{source="etcd",state="STALE"}', "0 1x40"],
      ['config_source_state{source="etcd",state="ERROR"}', "0x40"],
    ],
    at: "5m",
    fires: {
      labels: { config_source: "etcd" },
      description: "a keeps the last known flags of etcd, and hears of no change.",
    },
  },
  {
    title: "does not fire for one that is",
    alert: "SopConfigStale",
    series: [
      ['config_source_state{source="etcd",state="READY"}', "1 0 1x40"],
      ['config_source_state{source="etcd",state="STALE"}', "0 1 0x40"],
    ],
    at: "5m",
  },
  {
    title: "fires while the event loop stands still",
    alert: "SopEventLoopStalled",
    series: [
      ["event_loop_stalled_seconds", "0 0 3.5x20"],
      ['event_loop_delay_seconds{quantile="1"}', "0.02x20"],
    ],
    at: "1m",
    fires: { description: "a answered nobody for 3.5s." },
  },
  {
    title: "fires after it, without the admin plane",
    alert: "SopEventLoopStalled",
    series: [['event_loop_delay_seconds{quantile="1"}', "0.02 0.02 2x2 0.02x20"]],
    at: "45s",
    fires: { description: "a answered nobody for 2s." },
  },
  {
    title: "does not fire for a loop that is only late",
    alert: "SopEventLoopStalled",
    series: [
      ["event_loop_stalled_seconds", "0 0.6 0x20"],
      ['event_loop_delay_seconds{quantile="1"}', "0.7x20"],
      ['event_loop_delay_seconds{quantile="0.5"}', "3x20"],
    ],
    at: "1m",
  },
  {
    title: "fires for descriptors that will be used up within the hour",
    alert: "SopFileDescriptorsGrow",
    series: fds("100+6x120"),
    at: "20m",
    fires: { description: "a has 580 files and connections open, and their number grows." },
  },
  {
    title: "fires for descriptors that are nearly used up",
    alert: "SopFileDescriptorsGrow",
    series: fds("900x120"),
    at: "20m",
    fires: { description: "a has 900 files and connections open, and their number grows." },
  },
  {
    title: "does not fire for many that stay as many, nor for a start with few",
    alert: "SopFileDescriptorsGrow",
    series: fds("500x120"),
    at: "20m",
  },
  {
    title: "does not fire for a process that has just begun to open some",
    alert: "SopFileDescriptorsGrow",
    series: fds("10+4.5x60"),
    at: "10m",
  },
];

describe.skipIf(reason)("a stock alert", () => {
  let dir: string;
  let rules: {
    groups: { rules: { alert: string; annotations: Record<string, string>; labels: Record<string, string> }[] }[];
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "sop-stock-"));
    writeFileSync(join(dir, "sop.yaml"), "service: orders\n");
    const args = [sop, "rules", "--job", "orders", "--config", join(dir, "sop.yaml")];
    writeFileSync(join(dir, "alerts.yaml"), execFileSync(process.execPath, args));
    rules = JSON.parse(String(execFileSync(process.execPath, [...args, "--json"])));
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("is one that promtool takes", () => {
    const { status, stderr } = spawnSync("promtool", ["check", "rules", "alerts.yaml"], { cwd: dir });
    expect(status, String(stderr)).toBe(0);
  });

  it("is tested for firing and for not firing, each of them", () => {
    for (const { alert } of rules.groups.flatMap((group) => group.rules)) {
      const cases = CASES.filter((tried) => tried.alert === alert);
      expect(cases.map(({ fires }) => fires !== undefined)).toEqual(expect.arrayContaining([true, false]));
    }
  });

  it.each(CASES)("$alert $title", ({ alert, series, at, fires }) => {
    const { annotations = {}, labels = {} } =
      rules.groups.flatMap((group) => group.rules).find((rule) => rule.alert === alert) ?? {};
    const own = { job: "orders", instance: "a" };
    const named = (name: string, job: string): string => {
      const [, metric, has = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(name) ?? [];
      return `${metric}{${[has, `job="${job}"`, 'instance="a"'].filter(Boolean).join(",")}}`;
    };
    const filled = (text: string): string =>
      text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => fires?.labels?.[LABELS[label] ?? label] ?? "a");
    const expected = fires && {
      exp_labels: { ...labels, ...own, ...fires.labels },
      exp_annotations: {
        ...annotations,
        summary: filled(annotations["summary"] ?? ""),
        description: fires.description,
      },
    };
    const file = {
      rule_files: ["alerts.yaml"],
      evaluation_interval: "15s",
      tests: [
        {
          interval: "15s",
          // Another job's series are none of this one's.
          input_series: ["orders", ...(fires ? ["other"] : [])].flatMap((job) =>
            series.map(([name, values]) => ({ series: named(name, job), values })),
          ),
          alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected ? [expected] : [] }],
        },
      ],
    };
    writeFileSync(join(dir, "test.yaml"), JSON.stringify(file));
    const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", "test.yaml"], { cwd: dir });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});

/** Labels of a series that the alert calls otherwise. */
const LABELS: Readonly<Record<string, string>> = { source: "config_source" };
