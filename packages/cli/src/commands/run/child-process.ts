import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LISTEN_VARIABLE, SUPERVISOR_DIRECTORY } from "@sop/node/flight";
import type { ListeningSocket } from "./listening-socket.js";
import type { RunSettings } from "./options.js";

const LISTEN_FD = 3;

/** What is started, again and again. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Starts the command with its flags. Its standard error is a pipe, the others are those of the supervisor. */
export function startChild(
  { file, args }: Command,
  { attach, listen }: Pick<RunSettings, "attach" | "listen">,
  socket: ListeningSocket | undefined,
  toldDir: string,
): ChildProcess {
  const flags = attach ? [`--import=${registerUrl(process.cwd())}`] : [];
  const isNode = /^node(\.exe)?$/i.test(basename(file)) || file === process.execPath;
  // A program that starts Node by itself hands the flags on by the environment.
  const handedOn =
    isNode || flags.length === 0 ? {} : { NODE_OPTIONS: [process.env["NODE_OPTIONS"], ...flags].join(" ").trim() };
  return spawn(file, isNode ? [...flags, ...args] : args, {
    stdio: ["inherit", "inherit", "pipe", ...(socket ? [socket.fd] : [])],
    env: {
      ...process.env,
      ...handedOn,
      [SUPERVISOR_DIRECTORY]: toldDir,
      ...(socket && listen && { [LISTEN_VARIABLE]: `${process.pid}:${LISTEN_FD}:${listen.port}` }),
    },
  });
}

/** The application's own copy where it has one, so that there are not two in its process; else that of this command. */
function registerUrl(cwd: string): string {
  for (const from of [join(cwd, "package.json"), import.meta.url]) {
    try {
      const found = createRequire(from).resolve("@sop/node/register");
      const module = found.replace(/\.cjs$/, ".js");
      return pathToFileURL(existsSync(module) ? module : found).href;
    } catch {
      // It is not installed there.
    }
  }
  return "@sop/node/register";
}
