import type { Session } from "node:inspector";
import { inspectorOf } from "../../profiles/inspector.js";
import { Refusal } from "../problem.js";

/**
 * The inspector of the main thread, asked from beside it. V8 answers between two operations of JavaScript: so it does while a loop blocks the
 * main thread, and does not while native code does.
 */
export class MainInspector {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Opens a session, and closes it when `use` is done. */
  static async with<T>(use: (main: MainInspector) => Promise<T>): Promise<T> {
    const inspector = inspectorOf();
    if (!inspector) throw new Refusal("SOP_ERR_CONFLICT", "inspector", "this Node was built without an inspector");
    const session = new inspector.Session();
    session.connectToMainThread();
    try {
      return await use(new MainInspector(session));
    } finally {
      // All that it has begun ends with it.
      session.disconnect();
    }
  }

  /**
   * Makes V8 compile anew what it compiled while a loop ran: it does not tell a CPU profile of such code, so that the profile would show who
   * called it in its place. Coverage that counts calls throws all compiled code away, so it is begun and ended; where the process takes its own
   * coverage nothing is done. It holds the main thread for about 0.7 ms for each MiB of heap.
   */
  async refreshCode(patience: number): Promise<void> {
    const expression = "process.env.NODE_V8_COVERAGE !== undefined";
    const { result } = await this.ask<{ result: { value: boolean } }>("Runtime.evaluate", { expression }, patience);
    if (result.value) return;
    await this.ask("Profiler.startPreciseCoverage", { callCount: true, detailed: false }, patience);
    await this.ask("Profiler.stopPreciseCoverage", {}, patience);
  }

  /**
   * As `refreshCode`, of the loop that blocks the main thread: it would not be compiled anew before its end. One step of the debugger does it, in
   * some milliseconds.
   */
  async refreshRunningCode(patience: number): Promise<void> {
    await this.ask("Debugger.enable", {}, patience);
    try {
      for (const step of ["Debugger.pause", "Debugger.stepOver"]) {
        const paused = this.#next("Debugger.paused", patience);
        await this.ask(step, {}, patience);
        if (!(await paused)) return;
      }
    } finally {
      // It goes on, paused or not.
      await this.ask("Debugger.disable", {}, patience);
    }
  }

  /** Lets the main thread go on where another debugger holds it; `false` where none does. */
  async resume(patience: number): Promise<boolean> {
    // Who enables it while the thread is held is told so before the answer.
    let isHeld = false;
    this.#session.once("Debugger.paused", () => {
      isHeld = true;
    });
    await this.ask("Debugger.enable", {}, patience);
    if (isHeld) await this.ask("Debugger.resume", {}, patience);
    return isHeld;
  }

  #next(event: string, patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => settle(true);
      const timer = setTimeout(() => settle(false), patience);
      const settle = (has: boolean): void => {
        clearTimeout(timer);
        this.#session.off(event, come);
        resolve(has);
      };
      this.#session.once(event, come);
    });
  }

  /** The answer, or a `Refusal` where there is none within `patience` milliseconds. An error of V8's is thrown as it is. */
  ask<T = unknown>(method: string, params: object, patience: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const detail = "the main thread of the service does not answer: it is in native code, or has a lot to do";
        reject(new Refusal("SOP_ERR_BLOCKED", "mainThread", detail, { headers: { "retry-after": "5" } }));
      }, patience);
      this.#session.post(method, params, (error, result) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(result as T);
      });
    });
  }
}
