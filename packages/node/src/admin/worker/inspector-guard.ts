import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "../endpoints/endpoint.js";
import { MainInspector } from "./main-inspector.js";

const GRACE = 500;
const PATIENCE = 2_000;
const TRIES = 20;

/** Lets a main thread go on that a debugger holds when the time of the inspector is over: it closes the inspector itself as soon as it turns. */
export class InspectorGuard {
  #until = 0;
  #timer: NodeJS.Timeout | undefined;

  /** To be told of each answer to who had it opened. */
  opened(answer: Answer): void {
    if (!("json" in answer) || !("until" in answer.json)) return;
    this.#until = Number(answer.json.until);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#release(), Math.max(0, this.#until - Date.now()) + GRACE);
  }

  /** It was closed before its time. */
  closed(): void {
    clearTimeout(this.#timer);
  }

  async #release(): Promise<void> {
    // The debugger may stop it again before it comes to close the inspector.
    for (let i = 0; i < TRIES; i++) {
      try {
        if (!(await MainInspector.with((main) => main.resume(PATIENCE)))) return;
      } catch {
        // It is in native code, or gone.
      }
      await wait(GRACE);
    }
  }
}
