import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import type { Crash } from "./crash.js";

/** Writes the first error that nobody catches to `file`, before anybody acts on it. It changes nothing else. */
export function reportCrash(file: string): void {
  const record = (error: unknown, origin: Crash["origin"]): void => {
    try {
      // On disk when this returns: the process may end right after it.
      writeFileSync(file, JSON.stringify(describe(error, origin)), { flag: "wx" });
    } catch {
      // Only the first one is kept.
    }
  };
  process.on("uncaughtExceptionMonitor", record);
  // A listener for rejections would keep the process alive, so this only looks at what passes.
  const { emit } = process;
  Reflect.set(process, "emit", (name: string, ...args: readonly unknown[]) => {
    if (name === "unhandledRejection") record(args[0], name);
    return Reflect.apply(emit, process, [name, ...args]);
  });
}

function describe(error: unknown, origin: Crash["origin"]): Crash {
  // `inspect` calls no getters, so that it survives whatever was thrown.
  const stack = inspect(error);
  const at = Date.now();
  try {
    if (error instanceof Error) return { origin, type: error.constructor.name, message: error.message, stack, at };
  } catch {
    // Its message has a getter that throws.
  }
  return { origin, type: typeof error, message: stack, stack, at };
}
