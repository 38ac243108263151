import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { until } from "../drill/until.ts";

/** How a server that is no part of the shop is started. */
export interface ServerSettings {
  readonly command: string;
  readonly args: readonly string[];
  /** Where what it writes is kept. */
  readonly log: string;
  /** Whether it is ready. */
  ready(): Promise<boolean>;
}

const PATIENCE = 15_000;

/** Ends the server when standard input is closed: however the demo ends, also by SIGKILL, the server does not outlive it. */
const GUARD = '"$0" "$@" & cat; kill -9 $!; wait';

/** Starts a server; done when it is ready. Gives what ends it. Throws where it is not ready in time, with the place of its log. */
export async function startServer(
  { command, args, log, ready }: ServerSettings,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const written = openSync(log, "a");
  // In a group of its own, so that Ctrl-C on a terminal does not take it away from services that still run.
  const guard = spawn("sh", ["-c", GUARD, command, ...args], { stdio: ["pipe", written, written], detached: true });
  closeSync(written);
  const ended = once(guard, "exit");
  const stop = async (): Promise<void> => {
    guard.stdin?.end();
    await ended;
  };
  const answers = async (): Promise<true | undefined> => {
    try {
      return (await ready()) || undefined;
    } catch {
      return undefined;
    }
  };
  try {
    await until(answers, { patience: PATIENCE, otherwise: `${command} does not answer: see ${log}`, signal });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Why a command cannot be run here, or `undefined` where it can. */
export function whyNot(command: string): string | undefined {
  const { error, status } = spawnSync(command, ["--version"]);
  return status === 0 ? undefined : (error?.message ?? `${command} --version ends with ${status}`);
}

/** Ports of loopback that nobody uses. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const taken = servers.map(async (server) => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  });
  const ports = await Promise.all(taken);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
