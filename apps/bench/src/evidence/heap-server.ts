import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createSop } from "@sop/node";

/** An incident of a process with a heap of this many MiB: how long its main thread was kept, and when the bundle was whole. */
const size = Number(process.argv[2]);
/** Milliseconds after which nobody waits for it any more. */
const LONGEST = 20_000;
const dir = mkdtempSync(join(tmpdir(), "sop-bench-"));
const sop = createSop({
  service: "bench",
  logLevel: "silent",
  config: false,
  troubleshoot: false,
  admin: false,
  drain: false,
  forensics: { dir },
});

interface Item {
  readonly id: number;
  readonly name: string;
  readonly next: Item | undefined;
}
const live: Item[] = [];
while (process.memoryUsage().heapUsed < size * 2 ** 20) {
  for (let i = 0; i < 50_000; i++) live.push({ id: live.length, name: `item ${live.length}`, next: live.at(-1) });
  await pause(1);
}
globalThis.gc?.();
await pause(5_000);

const usual = await longestPause(async () => pause(2_000));
let written = Number.NaN;
const found = await longestPause(async () => {
  const started = performance.now();
  const { id } = sop.openIncident("bench");
  // It comes last: whoever sees it can read all others.
  const last = join(dir, id, "incident.json");
  while (!existsSync(last) && performance.now() - started < LONGEST) await pause(5);
  written = performance.now() - started;
  // Evidence that takes its time is added then.
  await pause(3_000);
});
process.send?.({ port: 0, heap: process.memoryUsage().heapUsed, items: live.length, usual, pause: found, written });
sop.dispose();
rmSync(dir, { recursive: true, force: true });
process.exit();

/** Milliseconds: the longest turn of the loop while `fn` runs. */
async function longestPause(fn: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  await fn();
  clearInterval(timer);
  return longest;
}
