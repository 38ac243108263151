import { join } from "node:path";
import { forkServer } from "../fork-server.ts";
import { Connection } from "./connection.ts";
import { OpenLoop, type Sample } from "./open-loop.ts";
import { type Kind, POOL, type Protection } from "./service.ts";
import { median, quantile } from "./statistics.ts";

/** What one service was like in one round. Rates are requests a second, durations milliseconds, of answers with status 200. */
export interface Round {
  readonly idleP50: number;
  readonly idleP99: number;
  /** At the rate of its capacity: answered a second, and their p99. */
  readonly fullRate: number;
  readonly fullP99: number;
  /** At four times that, once the overload has lasted a second. */
  readonly overRate: number;
  readonly overP99: number;
  /** The first second of it. */
  readonly firstP99: number;
  /** How long a refusal took; NaN without any. */
  readonly refusalP50: number;
  /** Requests that got no answer in time. */
  readonly lost: number;
  /** Seconds until the service was as before. */
  readonly normalAfter: number;
}

const OVER = 4;
/** Of its capacity. */
const IDLE = 0.2;

/** Requests a second that the unprotected service answers to clients that wait for each other. */
export async function capacity(kind: Kind, seconds: number): Promise<number> {
  const { child, port } = await start(kind, "bare");
  try {
    const clients = kind === "io" ? POOL * 2 : 4;
    await closedLoop(port, clients, keepsAlive(kind), 1);
    return (await closedLoop(port, clients, keepsAlive(kind), seconds)) / seconds;
  } finally {
    child.kill("SIGKILL");
  }
}

/** Takes a service through idle, capacity, overload and what comes after. */
export async function round(kind: Kind, protection: Protection, rate: number, seconds: number): Promise<Round> {
  const { child, port } = await start(kind, protection);
  const clients = new OpenLoop(port, keepsAlive(kind));
  try {
    await clients.run(rate * IDLE, 2);
    const idle = served(await clients.run(rate * IDLE, seconds));
    const full = served(await clients.run(rate, seconds));
    // What is left in the queue of one that has no bound is not what the next phase is about.
    await clients.run(rate * IDLE, 2);
    const all = await clients.run(rate * OVER, seconds + 1);
    const after = await clients.run(rate * IDLE, 6);
    const over = all.filter(({ due }) => due >= 1_000);
    const idleP50 = quantile(idle, 0.5);
    return {
      idleP50,
      idleP99: quantile(idle, 0.99),
      fullRate: full.length / seconds,
      fullP99: quantile(full, 0.99),
      overRate: served(over).length / seconds,
      overP99: quantile(served(over), 0.99),
      firstP99: quantile(served(all.filter(({ due }) => due < 1_000)), 0.99),
      refusalP50: median(
        over.flatMap(({ status, latency }) => (status === 503 && latency !== undefined ? [latency] : [])),
      ),
      lost: over.filter(({ status }) => status === 0).length,
      normalAfter: normalAfter(after, idleP50 * 2),
    };
  } finally {
    clients.close();
    child.kill("SIGKILL");
  }
}

function start(kind: Kind, protection: Protection): ReturnType<typeof forkServer> {
  return forkServer(join(import.meta.dirname, "server.ts"), kind, protection);
}

/** The latencies of what was answered as it should be. */
function served(samples: readonly Sample[]): number[] {
  return samples.flatMap(({ status, latency }) => (status === 200 && latency !== undefined ? [latency] : []));
}

const SLICE = 250;

/** The begin of the first quarter of a second in which all were served, half of them within `usual` milliseconds; in seconds. */
function normalAfter(samples: readonly Sample[], usual: number): number {
  const end = samples.at(-1)?.due ?? 0;
  for (let from = 0; from <= end - SLICE; from += SLICE) {
    const slice = samples.filter(({ due }) => due >= from && due < from + SLICE);
    const latencies = served(slice);
    if (latencies.length === slice.length && median(latencies) <= usual) return from / 1_000;
  }
  return Number.POSITIVE_INFINITY;
}

function keepsAlive(kind: Kind): boolean {
  return kind !== "accept";
}

/** Answers to so many clients, each of which waits for the one before. */
async function closedLoop(port: number, clients: number, keepAlive: boolean, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let answered = 0;
  const one = async (): Promise<void> => {
    let connection = new Connection(port);
    while (performance.now() < end) {
      await new Promise<number>((resolve) => connection.send(resolve));
      answered++;
      if (keepAlive) continue;
      connection.close();
      connection = new Connection(port);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: clients }, one));
  return answered;
}
