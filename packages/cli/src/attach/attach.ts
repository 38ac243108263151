import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../command-error.js";
import { isRunning } from "../plane/admin-file.js";
import { type PlaneOptions, readDuration } from "../plane/options.js";
import { withPlane } from "../plane/plane-finder.js";
import { EXIT, print, type Terminal } from "../terminal.js";
import { isPlaneOf, openByPlane } from "./by-plane.js";
import { openBySignal } from "./by-signal.js";
import type { Door } from "./door.js";
import { waysInto, waysText } from "./how.js";
import { readPort } from "./port.js";
import { checkTarget, readPid } from "./target.js";

/** How a process is attached to. */
export interface AttachOptions extends PlaneOptions {
  readonly for: string;
  readonly port: string;
  readonly signal: boolean;
  readonly detach: boolean;
  readonly json?: boolean;
}

const LOOK = 500;

/** Opens the inspector of a running process for a time, and tells how to connect. */
export async function attach(given: string, options: AttachOptions, terminal: Terminal): Promise<number> {
  const pid = readPid(given);
  const ms = readDuration("--for", options.for, 1_000, 3_600_000);
  const port = readPort(options.port);
  checkTarget(pid);
  if (options.signal) return stay(await openBySignal(pid, ms), options, terminal);
  if (isPlaneOf(pid, options)) {
    // What ends the command must not end the request that closes the inspector.
    const lasting = { ...terminal, signal: new AbortController().signal };
    return withPlane(options, lasting, async (plane) =>
      stay(await openByPlane(plane, pid, ms, port), options, terminal),
    );
  }
  throw new CommandError(
    EXIT.unreachable,
    `no admin plane of process ${pid} is known: run where its admin.json is (SOP_DIR, --dir), name it with --addr, or open the ` +
      "inspector by SIGUSR1 with --signal, which asks nobody",
  );
}

/** Tells, and stays until the time is over, unless somebody else sees to it. */
async function stay(door: Door, { json, detach }: AttachOptions, terminal: Terminal): Promise<number> {
  const { pid, url, until, by } = door;
  print(terminal, json, { pid, url, until, by, ways: waysInto(door) }, `${head(door, detach)}\n\n${waysText(door)}`);
  if (detach || until === undefined) return EXIT.fine;
  while (Date.now() < until && !terminal.signal.aborted && isRunning(pid)) {
    await wait(Math.min(LOOK, Math.max(0, until - Date.now())), undefined, { signal: terminal.signal }).catch(() => {});
  }
  if (!isRunning(pid)) {
    terminal.err.write(`process ${pid} has ended\n`);
    return EXIT.fine;
  }
  await door.close().catch((error: unknown) => {
    // The service closes it by itself when the time is over.
    if (by !== "plane") throw error;
  });
  terminal.err.write(`the inspector of process ${pid} is closed\n`);
  return EXIT.fine;
}

function head({ pid, url, until, by }: Door, detach: boolean): string {
  const { host } = new URL(url);
  if (until === undefined) return `Process ${pid} was open for debuggers already, at ${host}, and stays so.`;
  const time = new Date(until).toTimeString().slice(0, 8);
  const end = detach
    ? "the service closes it then"
    : by === "plane"
      ? "Ctrl-C closes it before"
      : "closed then, or by Ctrl-C: keep this running";
  return `Process ${pid} is open for debuggers at ${host} until ${time}; ${end}.`;
}
