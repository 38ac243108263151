import { promises } from "node:fs";
import { parseArgs } from "node:util";
import { createSop } from "@sop/core";
import { track, trackFiles, trackStore } from "@sop/node/contention";
import { Mutex } from "async-mutex";
import { createPool } from "generic-pool";
import { commandLine } from "../command-line.ts";

const HELP = `pnpm bench:contention [options]

What it costs to have a lock, a pool, a store or files tracked, beside the bare one, inside of a request, in one process and in one run.
Each figure is the least of all rounds, in which the rows take turns.

  --rounds <n>   default 7
  --calls <n>    of each row in each round, default 20000
  --help

  pnpm bench:contention --rounds 15`;

const { atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    calls: { type: "string", default: "20000" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const calls = atLeastOne("calls", values.calls);

const sop = createSop({ service: "bench" });
const life = sop.lifecycle<object>({ name: "bench", route: () => "/bench", respond: () => {} });
const pool = () => createPool({ create: async () => ({}), destroy: async () => {} }, { max: 10 });
const session = { cart: [{ id: 1, count: 2 }], user: { id: 7, name: "a name", roles: ["a", "b"] }, seen: 1 };
const store = () => new Map<string, unknown>([["key", session]]);

const rows: { readonly name: string; readonly bare: () => unknown; readonly tracked: () => unknown }[] = [];
const row = <T extends object>(name: string, make: () => T, tracked: (thing: T) => T, use: (thing: T) => unknown) => {
  const [bare, other] = [make(), tracked(make())];
  rows.push({ name, bare: () => use(bare), tracked: () => use(other) });
};

row(
  "async-mutex: runExclusive",
  () => new Mutex(),
  (lock) => track(sop, lock, "lock"),
  (lock) => lock.runExclusive(() => 1),
);
row(
  "async-mutex: acquire and release",
  () => new Mutex(),
  (lock) => track(sop, lock, "lock"),
  async (lock) => (await lock.acquire())(),
);
row(
  "generic-pool: acquire and release",
  pool,
  (one) => track(sop, one, "pool"),
  async (one) => one.release(await one.acquire()),
);
row(
  "a store: get and set of 100 bytes",
  store,
  (one) => trackStore(sop, one, "store"),
  (one) => one.set("key", one.get("key")),
);

const least = new Map<() => unknown, number>();
const measure = async (call: () => unknown): Promise<void> => {
  const context = life.open({ method: "GET", url: "/bench", headers: {} }, {});
  await life.run(context, async () => {
    const started = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) await call();
    const ns = Number(process.hrtime.bigint() - started) / calls;
    least.set(call, Math.min(ns, least.get(call) ?? Number.POSITIVE_INFINITY));
  });
  life.close(context, 200, "finished");
};
for (let round = 0; round < rounds; round++) {
  for (const { bare, tracked } of rows) {
    await measure(bare);
    await measure(tracked);
  }
}

const stat = { bare: () => promises.stat(import.meta.filename), tracked: () => promises.stat(import.meta.filename) };
for (let round = 0; round < rounds; round++) {
  await measure(stat.bare);
  const stop = trackFiles(sop);
  await measure(stat.tracked);
  stop();
}
rows.push({ name: "fs.promises.stat", ...stat });

console.log("| within a request, ns | bare | tracked | more |\n|---|---|---|---|");
for (const { name, bare, tracked } of rows) {
  const [one = 0, other = 0] = [least.get(bare), least.get(tracked)];
  console.log(`| ${name} | ${one.toFixed(0)} | ${other.toFixed(0)} | ${(other - one).toFixed(0)} |`);
}
sop.dispose();
