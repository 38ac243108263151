import { readdirSync, readFileSync } from "node:fs";

/** File descriptors that the process has open; `undefined` where the system does not tell. */
export function openFiles(): number | undefined {
  try {
    // The one that reads the folder is among them.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

let limit: number | undefined;

/** How many it may have open; read once. */
export function maxFiles(): number | undefined {
  limit ??= readLimit();
  return Number.isNaN(limit) ? undefined : limit;
}

function readLimit(): number {
  try {
    return Number(/^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
  } catch {
    return Number.NaN;
  }
}
