import { statSync } from "node:fs";
import { DirectoryWatch } from "./directory-watch.js";

// What is written in place comes as several events, and may be half-written until they are over.
const SETTLE = 50;
// What is put in place of the file is whole already; only the events of one rename are let come together.
const REPLACED = 2;

/**
 * Tells when a file may have changed: yields at once, then after each sign of a change, and every `interval` milliseconds whether
 * there was one or not, until `signal` is aborted. It does not keep the process alive.
 */
export async function* changes(path: string, interval: number, signal: AbortSignal): AsyncGenerator<void> {
  let wake: (() => void) | undefined;
  let isDue = true;
  let settling: NodeJS.Timeout | undefined;
  let read = identityOf(path);
  const due = (): void => {
    isDue = true;
    wake?.();
  };
  const watch = new DirectoryWatch(path, () => {
    const present = identityOf(path);
    const isReplaced = read !== undefined && present !== undefined && present !== read;
    clearTimeout(settling);
    settling = setTimeout(due, isReplaced ? REPLACED : SETTLE).unref();
  });
  const look = setInterval(() => {
    watch.start();
    due();
  }, interval).unref();
  signal.addEventListener("abort", due);
  watch.start();
  try {
    while (!signal.aborted) {
      if (isDue) {
        isDue = false;
        read = identityOf(path);
        yield;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", due);
    clearInterval(look);
    clearTimeout(settling);
    watch.stop();
  }
}

/** What tells one file from another of the same name, links followed; `undefined` where there is none to look at. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
