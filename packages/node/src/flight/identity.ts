import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

const START_TIME = 19;

/**
 * Tells a process from any other that has, or had, its number: the machine since it was booted, the space that its number is of, and when it was started.
 * Of a process that is gone it is `undefined`. Where there is no `/proc` the machine's name has to do.
 */
export function identityOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program is in brackets, and may have brackets and blanks itself.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // It has ended; nobody has asked how.
    if (state === "Z" || state === "X") return undefined;
    return `${here()}/${fields[START_TIME - 1]}`;
  } catch {
    return existsElsewhere(pid) ? here() : undefined;
  }
}

/** The machine and the space of numbers. */
function here(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function existsElsewhere(pid: number): boolean {
  if (process.platform === "linux") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** How a process is: `unknown` where it may be one of another machine or container that keeps its files in the same place. */
export function stateOf(pid: number, identity: string): "alive" | "dead" | "unknown" {
  if (!identity.startsWith(here())) return "unknown";
  return identityOf(pid) === identity ? "alive" : "dead";
}
