import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { commandLine, say } from "../command-line.ts";
import { forkServer } from "../fork-server.ts";
import { OpenLoop } from "../overload/open-loop.ts";
import { median, quantile } from "../overload/statistics.ts";

const HELP = `pnpm bench:admin [options]

Two services with an admin plane each. One is asked 300 times a second; meanwhile nothing happens, or the plane of the other one is
flooded, or its own: with wrong tokens, tricks, bytes that are no HTTP, reads and scrapes. Flooding the other takes the same from the
machine, so what differs is what the plane takes from its own service. Then 1,000 follow the events, and what they take is measured.
Exits with 1 where that is more than 20 MB.

  --rounds <n>    rounds of each, in turn; default 7
  --seconds <n>   of a round; default 3
  --rate <n>      of the flood, requests a second; default 1000
  --help`;

const TOKEN = "token-of-the-bench";
const LISTENERS = 1_000;
const MOST = 20 * 2 ** 20;
const ARMS = ["quiet", "other plane flooded", "own plane flooded"] as const;

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly plane: number;
}

const { atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    rate: { type: "string", default: "1000" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const seconds = atLeastOne("seconds", values.seconds);
const rate = atLeastOne("rate", values.rate);

const [service, other] = [await start(), await start()];
const results = ARMS.map(() => ({ p50: [] as number[], p99: [] as number[], busy: [] as number[], sent: 0 }));
for (let round = 0; round < rounds; round++) {
  for (let turn = 0; turn < ARMS.length; turn++) {
    const arm = (round + turn) % ARMS.length;
    say(`round ${round + 1} of ${rounds}: ${ARMS[arm]}`);
    const result = results[arm] as (typeof results)[number];
    const { latencies, busy, sent } = await measure([undefined, other.plane, service.plane][arm]);
    result.p50.push(quantile(latencies, 0.5));
    result.p99.push(quantile(latencies, 0.99));
    result.busy.push(busy);
    result.sent += sent;
  }
}
const [, elsewhere, own] = results as [(typeof results)[0], (typeof results)[0], (typeof results)[0]];
say("");
console.log("| | sent to a plane | p50 ms | p99 ms | main thread busy |\n|---|---|---|---|---|");
ARMS.forEach((name, i) => {
  const { p50, p99, busy, sent } = results[i] as (typeof results)[number];
  const figures = [sent, median(p50).toFixed(2), median(p99).toFixed(2), `${(median(busy) * 100).toFixed(1)} %`];
  console.log(`| ${[name, ...figures].join(" | ")} |`);
});
const ratios = own.p99.map((p99, i) => p99 / (elsewhere.p99[i] ?? Number.NaN));
console.log(
  `\np99 with its own plane flooded, to that with the other's: ${median(ratios).toFixed(2)} (median of rounds)`,
);

const bytes = await listenersCost(service);
console.log(`${LISTENERS} who follow the events and hear nothing: ${(bytes / 2 ** 20).toFixed(1)} MB`);
for (const { child } of [service, other]) child.kill("SIGKILL");
process.exit(bytes > MOST ? 1 : 0);

async function start(): Promise<Service> {
  const { child, port, plane = 0 } = await forkServer(join(import.meta.dirname, "server.ts"), TOKEN);
  return { child, port, plane };
}

/** What the service is asked for, while the plane at a port is flooded. */
async function measure(flooded: number | undefined) {
  const flood =
    flooded === undefined
      ? undefined
      : await forkServer(join(import.meta.dirname, "flood.ts"), String(flooded), TOKEN, String(rate));
  await after(300);
  await read(service);
  const loop = new OpenLoop(service.port, true);
  const samples = await loop.run(300, seconds);
  loop.close();
  const { utilization: busy } = await read(service);
  let sent = 0;
  if (flood) {
    flood.child.send({});
    [{ sent }] = (await once(flood.child, "message")) as [{ sent: number }];
    flood.child.kill("SIGKILL");
    // Its connections end, and are no longer there for the next round.
    await after(300);
  }
  return { latencies: samples.map(({ latency = Number.NaN }) => latency), busy, sent };
}

async function read({ child }: Service): Promise<{ rss: number; utilization: number }> {
  child.send({});
  const [figures] = (await once(child, "message")) as [{ rss: number; utilization: number }];
  return figures;
}

/** Bytes by which the process grows. */
async function listenersCost(of: Service): Promise<number> {
  await after(2_000);
  const { rss: before } = await read(of);
  const sockets: Socket[] = [];
  for (let i = 0; i < LISTENERS; i++) {
    const socket = connect(of.plane, "127.0.0.1").on("error", () => {});
    socket.write(`GET /debug/mw/events HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n\r\n`);
    await once(socket, "data");
    sockets.push(socket);
  }
  await after(2_000);
  const { rss } = await read(of);
  const left = sockets.filter(({ destroyed }) => !destroyed).length;
  if (left < LISTENERS) throw new Error(`only ${left} of ${LISTENERS} follow`);
  for (const socket of sockets) socket.destroy();
  return rss - before;
}
