import type { ChildProcess } from "node:child_process";

const LIMIT = 16_384;

/** The end of what a process wrote to its two outputs. */
export class OutputTail {
  #text = "";

  constructor(child: ChildProcess) {
    const take = (chunk: Buffer): void => {
      this.#text = (this.#text + chunk).slice(-LIMIT);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
  }

  read(): string {
    return this.#text.trim();
  }
}
