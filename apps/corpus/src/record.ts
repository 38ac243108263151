import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Run } from "./run-case.ts";

/** Keeps runs in a file, a line each, so that many can be made in pieces; without a file they are only in memory. */
export class Record {
  readonly runs: Run[];
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
    this.runs = file !== undefined && existsSync(file) ? read(file) : [];
  }

  has(id: string, node: string, attempt: number): boolean {
    return this.runs.some((run) => run.id === id && run.node === node && run.attempt === attempt);
  }

  add(run: Run): void {
    this.runs.push(run);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(run)}\n`);
  }
}

// The last line may be cut, where the process was ended while it wrote it.
function read(file: string): Run[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Run];
      } catch {
        return [];
      }
    });
}
