import { inspect } from "node:util";
import { type AdmissionPolicy, drainProcess, problem } from "@sop/core";
import { lineWriter } from "../log/line-writer.js";

/**
 * How an application that was not changed leaves after an error that nobody caught: with 1 and the error on standard error, as it would have
 * without us, once the requests that are not to blame were answered. Where it listens to
 * `uncaughtException` itself, it decides.
 */
export class Leaving {
  /** Refuses what is new once the process leaves. */
  readonly policy: AdmissionPolicy = {
    name: "draining",
    admit: (context) => (this.#isLeaving ? problem("SOP_DRAINING", context.id) : undefined),
  };
  /** Those that were there before are the application's, or of another preloaded module, which decides as the application does. */
  readonly #others: readonly unknown[] = process.listeners("uncaughtException");
  #ours: ReadonlySet<unknown> = new Set();
  readonly #tell = lineWriter(process.stderr);
  #isLeaving = false;

  /** To be called after the Sop was made, so that it has recorded the error by then. */
  listen(): void {
    process.on("uncaughtException", this.#crashed);
    this.#ours = new Set(process.listeners("uncaughtException").filter((listener) => !this.#others.includes(listener)));
  }

  stop(): void {
    process.off("uncaughtException", this.#crashed);
  }

  readonly #crashed = (error: unknown, origin: string): void => {
    if (process.listeners("uncaughtException").some((listener) => !this.#ours.has(listener))) return;
    this.#tell(`${inspect(error)}\n\nNode.js ${process.version}`);
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    process.exitCode = 1;
    // The core's timers do not keep the process alive.
    setInterval(() => {}, 1_000);
    void drainProcess(origin).then(this.#leave);
  };

  readonly #leave = (): void => {
    try {
      process.exit(1);
    } catch (error) {
      // A listener to its exit: no other is asked then.
      this.#tell(inspect(error));
      process.exit(1);
    }
  };
}
