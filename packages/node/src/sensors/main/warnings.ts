import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

const KEPT = 1_000;
const MOST_NAMES = 50;

/** Warnings of the process. To listen to them keeps Node from nothing: they are printed as before. */
export class WarningsSource implements MainSource {
  readonly gives = ["warnings_count"] as const;
  readonly #seen: { readonly at: number; readonly name: string }[] = [];
  #count = 0;

  constructor() {
    process.on("warning", this.#warned);
  }

  read(figures: Figures): void {
    figures[FIGURE.warnings_count] = this.#count;
    this.#count = 0;
  }

  /** How often each came since `since`, milliseconds since 1970: of the last thousand. */
  byName(since: number): Record<string, number> {
    const names: Record<string, number> = {};
    for (const { at, name } of this.#seen) {
      if (at < since) continue;
      const label = name in names || Object.keys(names).length < MOST_NAMES ? name : "other";
      names[label] = (names[label] ?? 0) + 1;
    }
    return names;
  }

  stop(): void {
    process.off("warning", this.#warned);
  }

  readonly #warned = (warning: unknown): void => {
    this.#count++;
    const { code, name } = Object(warning) as { code?: unknown; name?: unknown };
    // Its message may hold anything; its name and code are words.
    const word = [code, name].find((text): text is string => typeof text === "string" && /^\w{1,64}$/.test(text));
    if (this.#seen.length >= KEPT) this.#seen.shift();
    this.#seen.push({ at: Date.now(), name: word ?? "Warning" });
  };
}
