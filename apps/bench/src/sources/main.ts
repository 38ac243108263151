import { parseArgs } from "node:util";
import { commandLine } from "../command-line.ts";
import { faults } from "./faults.ts";
import { latency } from "./latency.ts";
import { PLACES } from "./places.ts";

const HELP = `pnpm bench:sources [options]

How long a change of a flag takes from the store's acknowledgement to the decision in a serving process, and what the faults of a
store do to it, while it answers requests. Each place is a real server on loopback; Apollo and HTTP are doubles of this project.

  --place <name>     only this one, may be given again: ${PLACES.map(({ name }) => name).join(", ")}
  --changes <n>      changes of each place, default 500
  --rate <n>         requests a second, default 1000
  --partition <n>    seconds for which nothing gets through, default 30
  --only <part>      latency or faults
  --help

  pnpm bench:sources --place etcd --partition 5`;

const { usage } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    place: { type: "string", multiple: true, default: PLACES.map(({ name }) => name) },
    changes: { type: "string", default: "500" },
    rate: { type: "string", default: "1000" },
    partition: { type: "string", default: "30" },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [changes, rate, partition] = (["changes", "rate", "partition"] as const).map((name) => {
  const value = Number(values[name]);
  return Number.isInteger(value) && value > 0 ? value : usage(`--${name}: ${values[name]} is no whole number above 0`);
}) as [number, number, number];
if (values.only !== undefined && !["latency", "faults"].includes(values.only))
  usage(`--only: ${values.only} is no part`);
const places = values.place.map((name) => {
  return PLACES.find((place) => place.name === name) ?? usage(`--place: there is no ${name}`);
});
const measured = places.filter(({ name, missing }) => {
  if (missing !== undefined) console.error(`skipped: ${name}: ${missing}`);
  return missing === undefined;
});

if (values.only !== "faults") {
  console.log("| place | changes | p50 ms | p99 ms | longest ms | requests | failed or mixed |");
  console.log("|---|---|---|---|---|---|---|");
  for (const place of measured.filter(({ isPolled }) => !isPolled)) {
    const { p50, p99, max, sent, failed } = await latency(place, changes, rate);
    row([place.name, changes, p50.toFixed(1), p99.toFixed(1), max.toFixed(1), sent, failed]);
  }
  console.log("");
}
if (values.only !== "latency") {
  console.log(
    "| place | fault | STALE after ms | READY after ms | requests | failed or mixed | last change in force |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const place of measured) {
    for (const { fault, stale, ready, sent, failed, isComplete } of await faults(place, rate, partition)) {
      row([
        place.name,
        fault,
        stale?.toFixed(0) ?? "",
        ready?.toFixed(0) ?? "",
        sent,
        failed,
        isComplete ? "yes" : "NO",
      ]);
    }
  }
}

function row(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
