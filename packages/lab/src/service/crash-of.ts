import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Crash } from "../preload/crash.js";
import type { OutputTail } from "./output-tail.js";

/** What the preload wrote about an error, else how the process ended; `undefined` for one that runs. */
export function crashOf(child: ChildProcess, file: string, output: OutputTail, turns = true): Crash | undefined {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const { exitCode, signalCode } = child;
  const ended = exitCode === null && signalCode === null ? undefined : `ended with ${signalCode ?? `code ${exitCode}`}`;
  const message = ended ?? (turns ? undefined : "the event loop does not come round");
  return message === undefined
    ? undefined
    : { origin: "exit", type: "Exit", message, stack: output.read(), at: Date.now() };
}
