import { performance } from "node:perf_hooks";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

const EVERY = 1_000;
/** A look is followed by a rest of so many times its own time: it never takes more than a thousandth. */
const REST = 1_000;

/** What keeps the event loop alive. Node writes out a list of all, so that the look is seldom where they are many. */
export class ResourcesSource implements MainSource {
  readonly gives = ["timers_count", "resources_count"] as const;
  #rests = 0;
  #timers = Number.NaN;
  #all = Number.NaN;

  read(figures: Figures, elapsed: number): void {
    this.#rests -= elapsed;
    if (this.#rests <= 0) this.#look();
    figures[FIGURE.timers_count] = this.#timers;
    figures[FIGURE.resources_count] = this.#all;
  }

  #look(): void {
    const started = performance.now();
    const names = process.getActiveResourcesInfo();
    this.#all = names.length;
    this.#timers = 0;
    for (const name of names) if (name === "Timeout" || name === "Immediate") this.#timers++;
    this.#rests = Math.max(EVERY, (performance.now() - started) * REST);
  }
}
