import { setTimeout } from "node:timers/promises";
import { held } from "./servers/work.ts";
import type { Question, Reading, Variant } from "./variant.ts";

const [framework, variant] = process.argv.slice(2);

const { start } = await import(`./servers/${framework}.ts`);
const port = await start(variant as Variant);

process.on("message", async (question: Question) => {
  if (question === "release") for (const release of held.splice(0)) release();
  if (question === "heap") await collect();
  const { user, system } = process.cpuUsage();
  const reading: Reading = { cpu: user + system, heap: process.memoryUsage().heapUsed, held: held.length };
  process.send?.(reading);
});
process.on("disconnect", () => process.exit());
process.send?.({ port });

/** What is only reachable from finalizers and weak references needs more than one pass. */
async function collect(): Promise<void> {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
}
