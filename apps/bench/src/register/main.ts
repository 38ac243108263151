import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { commandLine, say } from "../command-line.ts";

const HELP = `pnpm bench:register [--runs 10] [--node /path/to/node]

What --import @sop/node/register costs a service that was not changed, beside the same service without it: milliseconds from the start of the
process to its first answer, resident memory after 3 s, and processor time while nothing happens.`;

interface Figures {
  readonly start: number;
  readonly memory: number;
  readonly idle: number;
}

const IDLE = 3_000;

const { usage, atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: { runs: { type: "string", default: "10" }, node: { type: "string" }, help: { type: "boolean" } },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (process.platform !== "linux") usage("memory and processor time are read from /proc");
const runs = atLeastOne("runs", values.runs);
const node = values.node ?? process.execPath;
const attached = ["--import", import.meta.resolve("@sop/node/register")];

const bare: Figures[] = [];
const watched: Figures[] = [];
for (let i = 0; i < runs; i++) {
  say(`${i + 1} of ${runs}`);
  bare.push(await measure([]));
  watched.push(await measure(attached));
}
console.log("            first answer  memory    idle");
tell("without", bare);
tell("register", watched);
const difference = (of: (figures: Figures) => number): number => median(watched.map(of)) - median(bare.map(of));
console.log(
  `costs       ${difference(({ start }) => start).toFixed(0)} ms, ${difference(({ memory }) => memory).toFixed(1)} MB, ` +
    `${difference(({ idle }) => idle).toFixed(2)} % of one processor (median of ${runs})`,
);

async function measure(args: readonly string[]): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), "bench-register-"));
  const began = performance.now();
  const child = spawn(node, [...args, join(import.meta.dirname, "server.cjs")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, SOP_DIR: dir },
  });
  try {
    const [port] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    await (await fetch(`http://127.0.0.1:${port.trim()}/`)).text();
    const start = performance.now() - began;
    await pause(1_000);
    const before = processorTime(child.pid ?? 0);
    await pause(IDLE);
    const idle = ((processorTime(child.pid ?? 0) - before) / IDLE) * 100;
    return { start, memory: memoryOf(child.pid ?? 0), idle };
  } finally {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Milliseconds of all threads; the kernel counts hundredths of a second. */
function processorTime(pid: number): number {
  const [, text = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = text.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryOf(pid: number): number {
  const [, text = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(text) / 1024;
}

function tell(name: string, all: readonly Figures[]): void {
  const [start, memory, idle] = [
    median(all.map((figures) => figures.start)),
    median(all.map((figures) => figures.memory)),
    median(all.map((figures) => figures.idle)),
  ] as const;
  console.log(
    `${name.padEnd(10)}  ${`${start.toFixed(0)} ms`.padEnd(12)}  ${`${memory.toFixed(1)} MB`.padEnd(8)}  ${idle.toFixed(2)} %`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
