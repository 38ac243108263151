import { resolve } from "node:path";
import { bury, type DeadIncident, postMortemOf, readTold, type SeenDeath } from "@sop/node/flight";
import type { Command } from "./child-process.js";

/** How a process ended. */
export interface End {
  readonly pid: number;
  readonly at: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of its standard error. */
  readonly stderr: string;
  readonly boots: number;
  readonly oomKilled: boolean;
}

/** What is known of an end afterwards. */
export type Aftermath =
  /** It had an incident itself. */
  | { readonly kind: "recorded"; readonly incident: string }
  | { readonly kind: "examined"; readonly incident: DeadIncident }
  | { readonly kind: "failed"; readonly reason: string };

const OUT_OF_MEMORY = /heap out of memory|Reached heap limit/;

/** Takes what a process has left before another one finds it, and makes an incident of it, unless it had one itself. */
export function examine(end: End, { file, args }: Command, toldDir: string, dir: string): Aftermath {
  const told = readTold(toldDir, end.pid);
  if (told?.incident !== undefined) return { kind: "recorded", incident: told.incident };
  const { at, code, signal, boots, oomKilled } = end;
  const death: SeenDeath = {
    at,
    ...(code !== null && { code }),
    ...(signal !== null && { signal }),
    stderr: end.stderr,
    ...(boots > 1 && { boots }),
    ...(oomKilled && { oomKilled }),
  };
  const cwd = process.cwd();
  const entry = args.find((argument) => /\.[cm]?[jt]s$/.test(argument));
  const known = {
    service: process.env["SOP_SERVICE"] || (entry ?? file).replace(/^.*\//, ""),
    pid: end.pid,
    cwd,
    entry: entry === undefined ? undefined : resolve(cwd, entry),
  };
  try {
    // The box is in a folder of the directory of incidents.
    const home = told ? resolve(told.box, "../..") : dir;
    return {
      kind: "examined",
      incident: postMortemOf({ dir: home, keep: 20, maxBytes: 2 * 2 ** 30 }, told?.box, death, known),
    };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** It was asked to end, and did: what it left says nothing. */
export function forget(pid: number, toldDir: string): void {
  const told = readTold(toldDir, pid);
  if (told) bury(told.box);
}

/** In a few words. */
export function describeEnd({
  code,
  signal,
  stderr,
  oomKilled,
}: Pick<End, "code" | "signal" | "stderr" | "oomKilled">): string {
  if (OUT_OF_MEMORY.test(stderr)) return `${signal ?? `exit ${code}`}, the heap is out of memory`;
  if (oomKilled) return `${signal ?? `exit ${code}`}, killed by the kernel for want of memory`;
  if (signal === "SIGSEGV" || signal === "SIGBUS" || signal === "SIGILL" || signal === "SIGFPE")
    return `${signal}, a crash in native code`;
  if (signal === "SIGKILL" || code === 137) return `${signal ?? "exit 137"}, killed from outside`;
  return signal === null ? `exit ${code}` : signal;
}
