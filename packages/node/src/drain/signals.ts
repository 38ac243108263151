import { constants } from "node:os";
import { drainProcess } from "@sop/core";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

interface Listening {
  users: number;
  readonly stop: () => void;
}

// One for the process, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.drain-signals");
const holder = globalThis as typeof globalThis & { [KEY]?: Listening | undefined };

/**
 * Has SIGTERM and SIGINT drain all Sops of the process, once, and then end it: with `process.exitCode` where that was set, else 0,
 * and 1 after a crash. A second signal ends it at once with 128 and its number. Listeners of the application are called as well.
 * Returns a function that stops it.
 */
export function drainOnSignals(): () => void {
  const listening = holder[KEY] ?? listen();
  holder[KEY] = listening;
  listening.users++;
  return () => {
    if (--listening.users > 0) return;
    listening.stop();
    holder[KEY] = undefined;
  };
}

function listen(): Listening {
  let isLeaving = false;
  const leave = (signal: NodeJS.Signals): void => {
    if (isLeaving) process.exit(128 + constants.signals[signal]);
    isLeaving = true;
    // The core's timers do not keep the process alive, and a pool that ends may have nothing else that does.
    setInterval(() => {}, 1_000);
    void drainProcess(signal).then((code) => process.exit(code || process.exitCode));
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  return {
    users: 0,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, leave);
    },
  };
}
