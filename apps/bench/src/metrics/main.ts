import { parseArgs } from "node:util";
import { commandLine } from "../command-line.ts";
import { readerCosts } from "./readers.ts";
import { recorderCosts, recordingCosts } from "./recording.ts";
import { scrapes } from "./scraping.ts";

const HELP = `pnpm bench:metrics [options]

What metrics cost: to record a request, beside the same core that records nothing; to read the same numbers for OpenTelemetry too; and
to write a scrape, with the longest pause of the event loop. All in one process and one run: only differences and ratios count.

  --rounds <n>  default 31
  --help`;

const { atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "31" }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);

const recording = Object.entries(await recordingCosts(rounds));
const [, nothing] = recording[0] as (typeof recording)[0];
table(
  ["a request: `open`, `admit`, `close`", "ns", "more", "bytes", "more"],
  recording.map(([name, { nanoseconds, bytes }]) => [
    name,
    nanoseconds.toFixed(0),
    (nanoseconds - nothing.nanoseconds).toFixed(0),
    bytes.toFixed(0),
    (bytes - nothing.bytes).toFixed(0),
  ]),
);

table(
  ["what records its end, by itself", "ns", "bytes"],
  Object.entries(await recorderCosts(rounds)).map(([name, { nanoseconds, bytes }]) => [
    name,
    nanoseconds.toFixed(0),
    bytes.toFixed(1),
  ]),
);

const { prometheus, both } = await readerCosts(rounds);
table(
  ["a request and its share of a scrape, 75,000 a scrape", "ns", "of the first"],
  [
    ["Prometheus", prometheus.toFixed(1), "1.000"],
    ["Prometheus and OpenTelemetry", both.toFixed(1), (both / prometheus).toFixed(3)],
  ],
);

table(
  ["a scrape", "time series", "KiB", "ms", "longest pause, ms", "the worst of all"],
  (await scrapes(rounds * 2)).map(({ name, series, bytes, took, pause, worst }) => [
    name,
    series.toLocaleString("en"),
    (bytes / 1024).toFixed(0),
    took.toFixed(2),
    pause.toFixed(2),
    worst.toFixed(2),
  ]),
);
process.exit(0);

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  console.log(`${lines.join("\n")}\n`);
}
