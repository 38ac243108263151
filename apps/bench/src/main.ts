import { parseArgs } from "node:util";
import { commandLine, say } from "./command-line.ts";
import { growth, inFlight } from "./memory.ts";
import { type Cost, throughput, USES_WRK } from "./throughput.ts";
import { FRAMEWORKS, type Framework, type Variant } from "./variant.ts";

const HELP = `pnpm bench [options]

What an adapter costs beside the bare framework, and beside today's stack of libraries: processes in turn, in one run, so
that only ratios count. The load is wrk's (1 thread, 32 connections) where that is installed, else this package's own client,
which needs so much of a small machine that the ratios are less sharp.

  --framework <name>  only this one, may be given again: ${FRAMEWORKS.join(", ")}
  --rounds <n>        rounds of each variant, default 5
  --seconds <n>       seconds of load a round, default 4
  --memory            also the heap: growth over a million requests, and bytes of a request in flight
  --help

  pnpm bench --framework fastify --rounds 9`;

const { atLeastOne, usage } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    framework: { type: "string", multiple: true, default: [...FRAMEWORKS] },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    memory: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const seconds = atLeastOne("seconds", values.seconds);
const frameworks = values.framework.map((name) => {
  const known = FRAMEWORKS.find((framework) => framework === name);
  return known ?? usage(`--framework: ${name} is none of ${FRAMEWORKS.join(", ")}`);
});

say(`load by ${USES_WRK ? "wrk" : "the bench's own client"}`);
console.log("| framework | bare us | with SOP us | SOP adds us | throughput | peers add us | throughput |");
console.log("|---|---|---|---|---|---|---|");
for (const framework of frameworks) console.log(costLine(framework, await costs(framework)));

if (values.memory) {
  console.log(
    "\n| framework | heap, a million requests: bare | with SOP | in flight: the framework's own | with SOP | SOP adds |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const framework of frameworks) console.log(await memoryLine(framework));
}

function costs(framework: Framework): Promise<Record<string, Cost>> {
  const variants: Variant[] = framework === "nestjs" ? ["bare", "sop"] : ["bare", "sop", "peers"];
  const progress = (round: number): void => say(`${framework}: round ${round + 1} of ${rounds}`);
  return throughput(framework, variants, { rounds, seconds, progress });
}

function costLine(framework: Framework, { bare, sop, peers }: Record<string, Cost>): string {
  if (bare === undefined || sop === undefined) throw new Error(`${framework} was not measured`);
  const cells = [framework, bare.cpu.toFixed(1), sop.cpu.toFixed(1), ...beside(bare, sop), ...beside(bare, peers)];
  return `| ${cells.join(" | ")} |`;
}

/** What a variant adds to the CPU of the bare framework, and its throughput as a share of it. */
function beside(bare: Cost, other: Cost | undefined): [string, string] {
  return other === undefined ? ["", ""] : [(other.cpu - bare.cpu).toFixed(1), (other.rate / bare.rate).toFixed(2)];
}

async function memoryLine(framework: Framework): Promise<string> {
  const cells: string[] = [framework];
  for (const variant of ["bare", "sop"] as const) {
    say(`${framework}: a million requests, ${variant}`);
    cells.push(`${((await growth(framework, variant, 1_000_000)) / 1024).toFixed(0)} KiB`);
  }
  say(`${framework}: 5,000 requests in flight`);
  // Without any middleware Hono makes neither a chain nor its promises: those are its own, and come with the first one.
  const own = await inFlight(framework, framework === "hono" ? "empty" : "bare", 5_000);
  const sop = await inFlight(framework, "sop", 5_000);
  return `| ${[...cells, ...[own, sop, sop - own].map((bytes) => `${bytes.toFixed(0)} B`)].join(" | ")} |`;
}
