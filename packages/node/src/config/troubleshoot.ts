import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type FaultInjector, type Faults, type Logger, OptionCheck, OptionError, type Sop } from "@sop/core";
import { changes } from "./changes.js";
import { type ConfigFile, ConfigProblem, readConfigFile } from "./config-file.js";

/** How often it looks, whether the system told of a change or not. */
const INTERVAL = 10_000;

/**
 * Keeps a Sop's faults what the file says, from now on. While it is half-written or wrong the last good ones stay, and each new problem
 * is one warning; where there is no file there are no faults. Returns a function that stops it.
 */
export function followTroubleshoot({ faults, log }: Sop, path: string): () => void {
  const stop = new AbortController();
  // Without faults the core has said why.
  if (faults) {
    const file = new TroubleshootFile(path, faults, log);
    file.read();
    void file.follow(stop.signal);
  }
  return () => stop.abort();
}

class TroubleshootFile {
  readonly #path: string;
  readonly #faults: Faults;
  readonly #log: Logger;
  /** Of the content that was looked at last, good or not. */
  #revision: string | undefined;
  /** The last that was told. */
  #problem: string | undefined;

  constructor(path: string, faults: Faults, log: Logger) {
    this.#path = path;
    this.#faults = faults;
    this.#log = log;
  }

  async follow(signal: AbortSignal): Promise<void> {
    for await (const _ of changes(this.#path, INTERVAL, signal)) if (!signal.aborted) this.read();
  }

  read(): void {
    try {
      const file = existsSync(this.#path) ? readConfigFile(this.#path) : undefined;
      const revision = file?.revision ?? "none";
      if (revision === this.#revision) return;
      this.#revision = revision;
      if (file) use(file, this.#faults);
      else this.#faults.replace([]);
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof ConfigProblem)) throw error;
      const problem = error.message;
      if (problem === this.#problem) return;
      this.#problem = problem;
      this.#log.warn({ file: basename(this.#path), problem }, `last good faults kept: ${problem}`);
    }
  }
}

/** Throws {@link ConfigProblem} that names the line of each problem. */
function use({ content, place }: ConfigFile, faults: Faults): void {
  try {
    new OptionCheck(content, "", ["injectors"]).done();
    faults.replace((content["injectors"] ?? []) as readonly FaultInjector[]);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const lines = error.problems.map(({ path, value, allowed }) => {
      return `${place(path.split("."))}: ${path}: got ${value}, expected ${allowed}`;
    });
    throw new ConfigProblem(lines.join("; "));
  }
}
