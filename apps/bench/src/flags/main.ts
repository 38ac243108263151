import { parseArgs } from "node:util";
import { changes } from "./changes.ts";
import { reads } from "./reads.ts";

const HELP = `pnpm bench:flags [options]

What a decision by a flag costs, beside a plain field and beside flagd's own evaluator, all in one run; and what a thousand changes
a second of ten thousand flags cost a process that serves a thousand requests a second.

  --seconds <n>   seconds of each round without and with changes, default 5
  --help`;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "5" }, help: { type: "boolean", short: "h", default: false } },
});
const seconds = Number(values.seconds);
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (!Number.isInteger(seconds) || seconds < 1) {
  console.error(`--seconds: got ${values.seconds}, expected a whole number of at least 1`);
  process.exit(2);
}

console.log("| a decision | ns | bytes |");
console.log("|---|---|---|");
for (const [name, { nanoseconds, bytes }] of Object.entries(reads())) {
  console.log(`| ${name} | ${nanoseconds.toFixed(1)} | ${bytes.toFixed(0)} |`);
}

const { idle, busy, growth } = await changes(seconds);
console.log("\n| 10,000 flags, 1,000 requests a second | idle | 1,000 changes a second | ratio |");
console.log("|---|---|---|---|");
for (const q of ["p50", "p99"] as const) {
  const [before, after] = [idle[q], busy[q]];
  console.log(
    `| ${q} of 200 decisions | ${before.toFixed(0)} us | ${after.toFixed(0)} us | ${(after / before).toFixed(2)} |`,
  );
}
console.log(`| heap, growth a second | | ${(growth / 1024).toFixed(1)} KiB | |`);
