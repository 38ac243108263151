import { parseArgs } from "node:util";
import { commandLine } from "../command-line.ts";
import { closedCosts } from "./closed.ts";
import { failureCosts, SIZES } from "./failures.ts";
import { idleCosts, MANY } from "./idle.ts";
import { refusalCosts } from "./refusals.ts";

const HELP = `pnpm bench:policies [options]

What breakers and policies cost beside the bare awaited call, and beside cockatiel and opossum, in one process and in one run:
only ratios count. Each figure is the least of all rounds, in which the rows take turns.

  --rounds <n>   default 9
  --calls <n>    of each row in each round, default 300000
  --only <text>  the first table only, and in it the rows whose name has this text: what one costs in a process without the others,
                 where the engine has seen it do one thing only
  --help

  pnpm bench:policies --rounds 15
  pnpm bench:policies --only "slow calls"`;

const { atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    calls: { type: "string", default: "300000" },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const calls = atLeastOne("calls", values.calls);

// First: what the other tables have measured is still being collected afterwards.
const idle = values.only === undefined ? await idleCosts() : [];
const closed = await closedCosts({ rounds, calls }, values.only);
const [bare] = closed;
table(
  ["a call that is let through", "ns", "of bare", "bytes more"],
  closed.map(({ name, ns, bytes }) => [
    name,
    ns.toFixed(0),
    times(ns, bare?.ns),
    (bytes - (bare?.bytes ?? 0)).toFixed(0),
  ]),
);
if (values.only !== undefined) process.exit(0);

const refusals = await refusalCosts({ rounds, calls: Math.ceil(calls / 10) });
table(
  ["a call that is refused", "ns", "of the first"],
  refusals.map(([name, ns]) => [name, ns.toFixed(0), times(ns, refusals[0]?.[1])]),
);

table(
  ["a call that fails, ns, with a window of", ...SIZES.map((size) => size.toLocaleString("en"))],
  (await failureCosts()).map(([name, ns]) => [name, ...ns.map((each) => each.toFixed(0))]),
);

table(
  [`${MANY.toLocaleString("en")} that nobody calls`, "bytes each", "of one processor"],
  idle.map(({ name, bytes, cpu }) => [name, bytes.toFixed(0), `${(cpu * 100).toFixed(1)} %`]),
);
process.exit(0);

function times(value: number, of = Number.NaN): string {
  return (value / of).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  console.log(`${lines.join("\n")}\n`);
}
