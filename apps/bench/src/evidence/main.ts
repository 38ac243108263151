import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commandLine, say } from "../command-line.ts";
import { type Cost, costs, RATE } from "./costs.ts";
import { setups } from "./parts.ts";
import { recorderCosts } from "./recorder.ts";
import { Subject } from "./subject.ts";

const HELP = `pnpm bench:evidence [options]

What evidence costs that is always on: processor time and memory of an idle and of a loaded service, bare, with SOP but without evidence, and with one
part more in each line. All of them live at the same time, in one run: only differences and ratios count. Then the pause of the main
thread, and the time until the bundle is written, for an incident of a process with a large heap. Then what the flight recorder takes of a
request, processor time and garbage, beside the same request without it, in one process.

  --rounds <n>   default 5; five times as many of a request by itself
  --seconds <n>  of each measure under load; idle ones take four times as long; default 3
  --heap <MiB>   default 400
  --only <what>  cost, bundle or recorder; default all
  --help`;

const { atLeastOne, usage } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    heap: { type: "string", default: "400" },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const { only } = values;
if (only !== undefined && !["cost", "bundle", "recorder"].includes(only))
  usage(`--only: ${only} is none of cost, bundle and recorder`);
const isWanted = (what: string): boolean => only === undefined || only === what;
const plan = {
  rounds: atLeastOne("rounds", values.rounds),
  seconds: atLeastOne("seconds", values.seconds),
  progress: say,
};
const heap = atLeastOne("heap", values.heap);

if (isWanted("cost")) await printCosts();
if (isWanted("bundle")) await printBundles();
if (isWanted("recorder")) await printRecorder();

async function printCosts(): Promise<void> {
  const subjects = await Promise.all(setups().map((setup) => Subject.start(setup)));
  try {
    const found = await costs(subjects, plan);
    const base = found[1] as Cost;
    const percent = (share: number): string => (share * 100).toFixed(2);
    const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    table(
      [
        "a service",
        "idle, %",
        "more",
        `${RATE} requests a second, %`,
        "more",
        "full load, µs a request",
        "ratio",
        "own MiB more, idle",
        "loaded",
        "resident MiB more, idle",
        "loaded",
      ],
      found.map((cost, i) => [
        subjects[i]?.setup.title ?? "",
        percent(cost.idle),
        percent(cost.idle - base.idle),
        percent(cost.steady),
        percent(cost.steady - base.steady),
        cost.full.toFixed(1),
        (cost.full / base.full).toFixed(3),
        mebibytes(cost.before.own - base.before.own),
        mebibytes(cost.after.own - base.after.own),
        mebibytes(cost.before.rss - base.before.rss),
        mebibytes(cost.after.rss - base.after.rss),
      ]),
    );
  } finally {
    for (const subject of subjects) subject.stop();
  }
}

interface Bundle {
  readonly heap: number;
  readonly usual: number;
  readonly pause: number;
  readonly written: number;
}

async function printBundles(): Promise<void> {
  const rows: string[][] = [];
  for (let n = 0; n < plan.rounds; n++) {
    say(`bundle ${n + 1} of ${plan.rounds}`);
    const child = fork(join(import.meta.dirname, "heap-server.ts"), [String(heap)], {
      execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning", `--max-old-space-size=${heap * 3}`],
    });
    const [bundle] = (await once(child, "message")) as [Bundle];
    rows.push([
      (bundle.heap / 2 ** 20).toFixed(0),
      bundle.usual.toFixed(1),
      bundle.pause.toFixed(1),
      bundle.written.toFixed(0),
    ]);
  }
  table(["heap, MiB", "longest pause without an incident, ms", "with one, ms", "bundle written after, ms"], rows);
}

async function printRecorder(): Promise<void> {
  const found = await recorderCosts(plan.rounds * 5);
  const [[, bare]] = found as [(typeof found)[0]];
  table(
    ["a request: `open`, `admit`, `close`", "ns", "more", "ratio", "bytes", "more"],
    found.map(([name, { nanoseconds, bytes }]) => [
      name,
      nanoseconds.toFixed(0),
      (nanoseconds - bare.nanoseconds).toFixed(0),
      (nanoseconds / bare.nanoseconds).toFixed(2),
      bytes.toFixed(0),
      (bytes - bare.bytes).toFixed(0),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  console.log(`\n${[head, head.map(() => "---"), ...rows].map(line).join("\n")}`);
}
