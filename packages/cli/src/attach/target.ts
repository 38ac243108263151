import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { OptionError } from "@sop/core";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";

/** Linux has process ids up to 2^22; other systems fewer. */
const MOST = 4_194_304;

/** The process id that was given. Throws `SOP_ERR_OPTION` for what is none. */
export function readPid(given: string): number {
  const pid = Number(given);
  if (/^\d+$/.test(given) && pid >= 1 && pid <= MOST) return pid;
  throw new OptionError([
    { path: "<pid>", value: JSON.stringify(given), allowed: "the id of a running process, such as 4711" },
  ]);
}

/** Ends the command where a process is gone, another user's, or not Node. */
export function checkTarget(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") throw unreachable(`there is no process ${pid}: it has ended`);
    throw unreachable(`process ${pid} is another user's: ask as that user, or as root`);
  }
  if (stateOf(pid) === "Z") throw unreachable(`process ${pid} has ended, and its parent has not taken note yet`);
  const program = programOf(pid);
  if (program !== undefined && !/^node(?:js)?(?:-?\d[\d.]*)?$/.test(program)) {
    throw unreachable(`process ${pid} is not Node: it runs ${program}`);
  }
}

/** Ends the command where the signal would end the process, or open its inspector to other machines. */
export function checkSignal(pid: number): void {
  // Whoever does not catch the signal is ended by it.
  const caught = /^SigCgt:\s*([\da-f]+)$/m.exec(fileOf(pid, "status") ?? "")?.[1];
  if (caught !== undefined && (BigInt(`0x${caught}`) & SIGUSR1) === 0n) {
    throw new CommandError(
      EXIT.found,
      `process ${pid} does not listen for SIGUSR1 (--disable-sigusr1), which would end it`,
    );
  }
  const args = [...(fileOf(pid, "cmdline") ?? "").split("\0"), ...optionsOf(fileOf(pid, "environ") ?? "")];
  const host = args.map(hostOf).find((found) => found !== undefined && !isLoopback(found));
  if (host !== undefined) {
    const why = `its inspector would listen at ${host}, where everyone who reaches it can run code in the process`;
    throw new CommandError(EXIT.found, `process ${pid} is not attached to: ${why} (--inspect-port)`);
  }
}

const SIGUSR1 = 1n << 9n;

/** Whether nobody but this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function optionsOf(environ: string): string[] {
  const found = environ.split("\0").find((pair) => pair.startsWith("NODE_OPTIONS="));
  return found?.slice("NODE_OPTIONS=".length).split(/\s+/) ?? [];
}

/** The host of `--inspect=0.0.0.0:9229` and its relatives. */
function hostOf(option: string): string | undefined {
  const [, value] = /^--(?:inspect(?:-port|-brk|-wait)?|debug-port)=(.+)$/.exec(option) ?? [];
  if (value === undefined || /^\d+$/.test(value)) return undefined;
  const [, bracketed, plain] = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/.exec(value) ?? [];
  return bracketed ?? plain ?? value;
}

function stateOf(pid: number): string | undefined {
  return /^\d+ \(.*\) (\S)/s.exec(fileOf(pid, "stat") ?? "")?.[1];
}

/** The name of what runs; `undefined` where it cannot be known. */
function programOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
  } catch {
    return programByPs(pid);
  }
}

function programByPs(pid: number): string | undefined {
  try {
    const stdio = ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"];
    return (
      basename(execFileSync("ps", ["-o", "comm=", "-p", String(pid)], { stdio, encoding: "utf8" }).trim()) || undefined
    );
  } catch {
    return undefined;
  }
}

function fileOf(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return undefined;
  }
}

function unreachable(message: string): CommandError {
  return new CommandError(EXIT.unreachable, message);
}
