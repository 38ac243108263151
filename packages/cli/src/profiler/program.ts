import type { Command } from "commander";
import { addPlaneOptions } from "../plane/options.js";
import type { Terminal } from "../terminal.js";
import type { ProfilerOptions } from "./options.js";
import { profile } from "./profile.js";

const ABOUT = `
It asks the admin plane of a service, which records while it is asked and not otherwise; or, with --prometheus, anything that has a
histogram of requests: the text that Prometheus scrapes is read again and again, a server is asked for the last --duration.
Ctrl-C ends it early and keeps what was measured. Exit 1: something got worse by more than --fail-above, or there is no such histogram.

Examples:
  sop latency-profiler --addr 127.0.0.1:9320 --duration 30s --output heatmap.svg
  sop latency-profiler --json > before.json
  sop latency-profiler --baseline before.json --fail-above 20%
  sop latency-profiler --prometheus http://127.0.0.1:3000/metrics --csv -
  sop latency-profiler --prometheus http://prometheus:9090 --match 'job="shop"' --duration 1h --output heatmap.svg`;

/** Adds `sop latency-profiler` to the program. */
export function addLatencyProfiler(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command("latency-profiler")
    .description("P50, P90, P99 and share of errors of each route over time, as a table and a heat map");
  addPlaneOptions(command)
    .option("--duration <duration>", "how long it is measured, 1s to 6h; of a server to 168h", "30s")
    .option(
      "--interval <duration>",
      "how long a slice of time is (default: 1s, of a server 15s; more where --duration is long)",
    )
    .option("--output <path>", "the heat map, an SVG file")
    .option("--csv <path>", "the figures of each slice of time as CSV; `-` writes them in the place of the table")
    .option("--json", "the result as JSON (schema sop.latency/1), which --baseline reads")
    .option("--routes <text>", "only routes that have this text; * is any text")
    .option("--baseline <path>", "a run before, to compare with")
    .option("--fail-above <percent>", "exit 1 where a quantile, or the share of errors in points, rose by more")
    .option("--prometheus <url>", "metrics of a service, or a Prometheus server, in the place of the admin plane")
    .option("--metric <name>", "the histogram, where it has none of the usual names")
    .option("--match <matchers>", "of a Prometheus server only these series")
    .addHelpText("after", ABOUT)
    .action(async (given: ProfilerOptions) => done(await profile(given, terminal)));
}
