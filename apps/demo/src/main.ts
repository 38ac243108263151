import { once } from "node:events";
import { relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Arguments, HELP, readArguments } from "./arguments.ts";
import { closeLoop, type Loop } from "./drill/drill.ts";
import { CheckFailed } from "./drill/step.ts";
import { etcdMissing } from "./fleet/etcd.ts";
import { openFlagSource } from "./fleet/flag-source.ts";
import { openShop } from "./fleet/shop.ts";
import { picture } from "./screen/picture.ts";
import { Progress } from "./screen/progress.ts";
import { Traffic } from "./traffic/traffic.ts";

const QUIET = 2_500;
const abort = new AbortController();
process.once("SIGINT", () => abort.abort()).once("SIGTERM", () => abort.abort());

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let wanted: Arguments;
  try {
    wanted = readArguments(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return 2;
  }
  if (wanted.help) {
    console.log(HELP);
    return 0;
  }
  const missing = wanted.source === "etcd" ? etcdMissing() : undefined;
  if (missing !== undefined) {
    console.error(missing);
    return 2;
  }
  return run(wanted);
}

async function run({ keep, rate, dir, source }: Arguments): Promise<number> {
  const { signal } = abort;
  await using cleanup = new AsyncDisposableStack();
  let traffic: Traffic | undefined;
  const status = (): string =>
    traffic ? `${traffic.answered} requests answered, ${traffic.failed} failed` : "four processes on loopback";
  const progress = new Progress(process.stdout, status);
  cleanup.defer(() => progress.stop());
  try {
    progress.began("shop", "opening");
    const flags = await openFlagSource(source, dir, signal);
    cleanup.defer(() => flags.stop());
    const shop = await openShop(dir, flags);
    cleanup.defer(() => shop.stop());
    traffic = new Traffic(shop.gateway.url);
    const customers = traffic;
    cleanup.defer(() => customers.stop());
    traffic.start(rate);
    progress.began("shop", `customers at ${shop.gateway.url}`);
    await setTimeout(QUIET, undefined, { signal });
    progress.line(
      "green",
      "✔",
      "shop",
      `open at ${shop.gateway.url}, the catalog's flag in ${flags.place}, ${status()}`,
    );

    const loop = await closeLoop({ shop, traffic, signal }, progress);
    progress.stop();
    console.log(`\n${picture(loop.incident.openedAt, loop.steps, traffic.outcomes)}\n`);
    console.log(`  incident    ${relative(process.cwd(), loop.incident.dir)}`);
    console.log(`  customers   ${status()}\n`);
    if (keep) console.log(`  The shop stays open at ${shop.gateway.url} (/items, /metrics); Ctrl-C closes it.\n`);
    console.log(lastLine(loop));
    if (keep) await once(signal, "abort");
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    progress.failed(
      error instanceof CheckFailed ? error.message : String(error instanceof Error ? error.stack : error),
    );
    progress.stop();
    console.log("loop not closed");
    return 1;
  }
}

function lastLine({ incident, steps }: Loop): string {
  const seconds = steps.map(({ step, at }) => ({ step, after: Math.max(0, at - incident.openedAt) / 1_000 }));
  const total = Math.max(...seconds.map(({ after }) => after)).toFixed(1);
  return `loop closed in ${total} s: ${seconds.map(({ step, after }) => `${step} ${after.toFixed(1)}`).join(", ")}`;
}
