import { shared } from "./shared.js";

/** How an error came to have no catcher. */
export type CrashOrigin = "uncaughtException" | "unhandledRejection";

/** The process that the service lives in, as far as the core needs it. */
export interface Host {
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls the listener for each error that nobody caught, in its async context. Returns a function that stops it. */
  onCrash(listener: (error: unknown, origin: CrashOrigin) => void): () => void;
  /** Calls `fn` once the event loop has turned. Without it a flood of errors within one turn has no bound. */
  afterTurn?(fn: () => void): void;
  /** Ends the process. */
  exit(code: number): void;
}

interface ProcessLike {
  readonly env?: Record<string, string | undefined>;
  on?(event: "uncaughtException", listener: (error: unknown, origin: CrashOrigin) => void): void;
  off?(event: "uncaughtException", listener: (error: unknown, origin: CrashOrigin) => void): void;
  exit?(code: number): void;
}

interface Runtime {
  readonly process?: ProcessLike;
  setImmediate?(fn: () => void): unknown;
}

/** The process object where the runtime has one; elsewhere (Workers) there is no process to guard. */
export function systemHost(): Host {
  return shared("host", () => {
    const { process, setImmediate } = globalThis as typeof globalThis & Runtime;
    return {
      env: process?.env ?? {},
      onCrash(listener) {
        // A rejection without a handler arrives here too, unless the user chose another --unhandled-rejections mode.
        process?.on?.("uncaughtException", listener);
        return () => process?.off?.("uncaughtException", listener);
      },
      afterTurn: (fn) => void setImmediate?.(fn),
      exit: (code) => process?.exit?.(code),
    };
  });
}
