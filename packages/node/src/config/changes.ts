import { DirectoryWatch } from "./directory-watch.js";

// An editor's save and a rename come as several events; they are one change.
const SETTLE = 50;

/**
 * Tells when a file may have changed: yields at once, then after each sign of a change, and every `interval` milliseconds whether
 * there was one or not, until `signal` is aborted. It does not keep the process alive.
 */
export async function* changes(path: string, interval: number, signal: AbortSignal): AsyncGenerator<void> {
  let wake: (() => void) | undefined;
  let isDue = true;
  let settling: NodeJS.Timeout | undefined;
  const due = (): void => {
    isDue = true;
    wake?.();
  };
  const watch = new DirectoryWatch(path, () => {
    clearTimeout(settling);
    settling = setTimeout(due, SETTLE).unref();
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
