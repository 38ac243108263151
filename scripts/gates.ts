import { parseArgs } from "node:util";
import { api } from "./gates/api.ts";
import { attw } from "./gates/attw.ts";
import { biome } from "./gates/biome.ts";
import { boundaries } from "./gates/boundaries.ts";
import { examples } from "./gates/examples.ts";
import { guides } from "./gates/guides.ts";
import { knip } from "./gates/knip.ts";
import { lockfile } from "./gates/lockfile.ts";
import { publint } from "./gates/publint.ts";
import { size } from "./gates/size.ts";
import { skeleton } from "./gates/skeleton.ts";
import { smoke } from "./gates/smoke.ts";
import { typecheck } from "./gates/typecheck.ts";
import { typescript7 } from "./gates/typescript7.ts";
import type { Gate } from "./lib/gate.ts";
import { type Check, writeReport } from "./lib/report.ts";

const gates: readonly Gate[] = [
  biome,
  boundaries,
  lockfile,
  skeleton,
  typecheck,
  typescript7,
  knip,
  api,
  size,
  publint,
  attw,
  smoke,
  examples,
  guides,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h" }, update: { type: "boolean", default: false } },
});

const unknown = positionals.filter((name) => !gates.some((gate) => gate.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No gate is called ${unknown.join(", ")}.\n`);
  console.log(
    "pnpm gates [gate ...] [--update]\n\nWithout names, all of them. They read the build: `pnpm build` first.\n",
  );
  for (const { name, about } of gates) console.log(`  ${name.padEnd(12)} ${about}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const chosen = positionals.length === 0 ? gates : gates.filter(({ name }) => positionals.includes(name));
const waiting = [...chosen];
const checks: Check[] = [];

async function work(): Promise<void> {
  for (let gate = waiting.shift(); gate; gate = waiting.shift()) checks.push(await check(gate));
}

async function check({ name, run }: Gate): Promise<Check> {
  const started = performance.now();
  const { problems, note } = await run({ update: values.update }).catch((error: unknown) => ({
    problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    note: undefined,
  }));
  const seconds = (performance.now() - started) / 1000;
  const status = problems.length === 0 ? "passed" : "failed";
  const verdict = status === "passed" ? "ok" : "FAILED";
  console.log([`gate ${name} ${verdict} ${seconds.toFixed(1)}s`, note].filter(Boolean).join("  "));
  for (const line of shortened(problems)) console.log(`    ${line}`);
  return { title: name, status, seconds, messages: problems };
}

/** The report keeps all of it; a screen is for the first things to mend. */
function shortened(problems: readonly string[], most = 40): string[] {
  const lines = problems.flatMap((problem) => problem.split("\n"));
  return lines.length <= most ? lines : [...lines.slice(0, most), `and ${lines.length - most} lines more`];
}

// Two at a time: most of them wait for a child process, and the machines that run this have few cores.
await Promise.all([work(), work()]);
if (positionals.length === 0) writeReport("reports/gates.json", checks);
process.exitCode = checks.every(({ status }) => status === "passed") ? 0 : 1;
