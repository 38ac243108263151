import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { Client, type Outcome } from "./client.ts";

/** What is ended, and how. */
export interface Subject {
  readonly node: string;
  readonly framework: string;
  readonly way: string;
}

/** What came out of one round, or of several. */
export interface Result {
  requests: number;
  lost: number;
  refused: number;
  slow: number;
  slowWhole: number;
  /** Milliseconds from SIGTERM to the exit, the longest; `undefined` where it had to be killed. */
  exit: number | undefined;
}

export interface Setting {
  /** Milliseconds after which a process that is still there is killed. */
  readonly limit: number;
  /** Whether clients look at `/readyz` and go elsewhere. */
  readonly balanced: boolean;
}

const CLIENTS = 50;
const SLOW = 5;
/** How long the load lasts before SIGTERM, and since when then slow responses are in flight, in milliseconds. */
const BEFORE = 700;
const STARTED = 300;

/** Ends one server under load. */
export async function round({ node, framework, way }: Subject, { limit, balanced }: Setting): Promise<Result> {
  const child = fork(join(import.meta.dirname, "server.mjs"), [framework, way, String(limit)], {
    execPath: node,
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const exited = once(child, "exit");
  const started = Promise.race([
    once(child, "message"),
    exited.then(([code]) => Promise.reject(new Error(`${framework} (${way}) ended with ${code} before it listened`))),
  ]);
  const [{ port, health }] = (await started) as [{ port: number; health?: number }];
  const result: Result = { requests: 0, lost: 0, refused: 0, slow: 0, slowWhole: 0, exit: undefined };
  const balancer = { isReady: true };
  const working = Array.from({ length: CLIENTS }, () => work(new Client(port), result, balancer));
  await after(BEFORE - STARTED);
  const waiting = Array.from({ length: SLOW }, () => new Client(port).ask("/slow"));
  await after(STARTED);

  const begun = performance.now();
  child.kill("SIGTERM");
  if (balanced && health !== undefined) void poll(health, balancer);
  const killer = setTimeout(() => child.kill("SIGKILL"), limit);
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  clearTimeout(killer);
  if (signal === null) result.exit = performance.now() - begun;
  await Promise.all(working);
  for (const outcome of await Promise.all(waiting)) {
    result.slow++;
    if (outcome === "whole") result.slowWhole++;
  }
  return result;
}

/** One request after the other, until one is lost, nobody takes a connection, or the balancer has none to send to. */
async function work(client: Client, result: Result, balancer: { readonly isReady: boolean }): Promise<void> {
  while (balancer.isReady) {
    const outcome: Outcome = await client.ask("/work");
    if (outcome === "gone") return;
    result.requests++;
    if (outcome !== "whole") result[outcome]++;
    // What becomes of a client that begins anew after a loss is another question.
    if (outcome === "lost") return;
  }
  client.close();
}

async function poll(port: number, balancer: { isReady: boolean }): Promise<void> {
  const client = new Client(port);
  while ((await client.ask("/readyz")) === "whole") await after(50);
  balancer.isReady = false;
  client.close();
}
