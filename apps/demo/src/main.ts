import { once } from "node:events";
import { join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Arguments, HELP, readArguments } from "./arguments.ts";
import { closeLoop, type Loop } from "./drill/drill.ts";
import { closeFaultLoop } from "./drill/fault-loop.ts";
import { CheckFailed } from "./drill/step.ts";
import type { Fault } from "./faults/fault.ts";
import { FAULTS, faultList } from "./faults/faults.ts";
import { alertingMissing } from "./fleet/alerting.ts";
import { openAlerts } from "./fleet/alerts.ts";
import { etcdMissing } from "./fleet/etcd.ts";
import { openFlagSource } from "./fleet/flag-source.ts";
import { choosePlanes, type Planes } from "./fleet/planes.ts";
import { openShop, type Shop } from "./fleet/shop.ts";
import { sop } from "./fleet/sop-command.ts";
import { startHeatMap } from "./screen/heat-map.ts";
import { picture } from "./screen/picture.ts";
import { Progress } from "./screen/progress.ts";
import { Traffic } from "./traffic/traffic.ts";

const QUIET = 2_500;
/** A heat map shows what is usual beside what is not. */
const QUIET_ON_MAP = 12_000;
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
  if (wanted.fault === "list") {
    console.log(faultList());
    return 0;
  }
  const noAlerts = wanted.alerts === false ? "--no-alerts" : alertingMissing();
  const missing =
    (wanted.source === "etcd" ? etcdMissing() : undefined) ?? (wanted.alerts === true ? noAlerts : undefined);
  if (missing !== undefined) {
    console.error(missing);
    return 2;
  }
  return run(wanted, noAlerts);
}

/** `noAlerts`: why nobody is told. */
async function run(
  { fault: name, keep, rate, dir, source, heatmap, report }: Arguments,
  noAlerts: string | undefined,
): Promise<number> {
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
    const planes = await choosePlanes(dir);
    const alerts = noAlerts === undefined ? await openAlerts(dir, planes, signal) : undefined;
    cleanup.defer(() => alerts?.stop());
    const fault: Fault | undefined = name === "crash" || name === "list" ? undefined : FAULTS[name];
    const shop = await openShop(dir, {
      source: flags,
      planes,
      alerts: alerts?.config ?? "",
      fault: fault && { name, flag: fault.flag, needsCarrier: fault.needsCarrier },
    });
    cleanup.defer(() => shop.stop());
    await alerts?.watch(shop.config);
    traffic = new Traffic(shop.gateway.url);
    const customers = traffic;
    cleanup.defer(() => customers.stop());
    traffic.start(rate);
    progress.began("shop", `customers at ${shop.gateway.url}`);
    const heatMap = heatmap === undefined ? undefined : await startHeatMap(heatmap, planes, signal);
    cleanup.defer(() => heatMap?.abandon());
    await setTimeout(heatMap ? QUIET_ON_MAP : QUIET, undefined, { signal });
    progress.line(
      "green",
      "✔",
      "shop",
      `open at ${shop.gateway.url}, the catalog's flag in ${flags.place}, ${status()}`,
    );
    if (alerts) progress.line("green", "✔", "alerts", `Alertmanager at ${alerts.url}, and a Prometheus that watches`);
    else progress.line("yellow", "–", "alerts", `nobody is told: ${noAlerts}`);

    if (fault) progress.line("yellow", "!", "fault", `${fault.package}: ${fault.about}`);
    const scene = { shop, traffic, alerts, signal };
    const loop = await (fault ? closeFaultLoop(scene, fault, progress) : closeLoop(scene, progress));
    if (heatMap) {
      progress.began("heat map", "what it is like afterwards");
      await setTimeout(QUIET_ON_MAP, undefined, { signal });
    }
    const map = await heatMap?.end();
    progress.stop();
    console.log(`\n${picture(loop.incident.openedAt, loop.steps, traffic.outcomes, fault && "it was noticed")}\n`);
    console.log(`  incident    ${relative(process.cwd(), loop.incident.dir)}`);
    console.log(`  customers   ${status()}`);
    if (report !== undefined) console.log(`  report      ${await drawReport(loop, report, signal)}`);
    if (map !== undefined) console.log(`  heat map    ${relative(process.cwd(), map)}`);
    console.log();
    if (keep) console.log(`${invitation(shop, planes)}\n`);
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

/** Writes the report of the incident as a picture; gives where it is. */
async function drawReport({ incident }: Loop, file: string, signal: AbortSignal): Promise<string> {
  await sop(["report", incident.dir, "--svg", file], signal);
  return relative(process.cwd(), file);
}

/** What there is to look at while the shop stays. */
function invitation({ gateway, incidents }: Shop, { tokenFile }: Planes): string {
  const command = join(import.meta.dirname, "../../../packages/cli/dist/main.js");
  const sop = `SOP_DIR=${relative(process.cwd(), incidents)} node ${relative(process.cwd(), command)}`;
  const token = `--token-file ${relative(process.cwd(), tokenFile)}`;
  return `  The shop stays open at ${gateway.url} (/items, /metrics); Ctrl-C closes it. The catalog can be asked:

    ${sop} snapshot ${token}
    ${sop} events ${token}
    ${sop} report latest`;
}

function lastLine({ incident, steps }: Loop): string {
  const seconds = steps.map(({ step, at }) => ({ step, after: Math.max(0, at - incident.openedAt) / 1_000 }));
  const total = Math.max(...seconds.map(({ after }) => after)).toFixed(1);
  return `loop closed in ${total} s: ${seconds.map(({ step, after }) => `${step} ${after.toFixed(1)}`).join(", ")}`;
}
