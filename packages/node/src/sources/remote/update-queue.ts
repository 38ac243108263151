import type { ConfigUpdate } from "@sop/core";

/** Hands updates from who tells them to the one who follows. Of snapshots that nobody took yet only the newest is kept. */
export class UpdateQueue {
  readonly #waiting: ConfigUpdate[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;

  push(update: ConfigUpdate): void {
    if (update.state === "READY" && this.#waiting.at(-1)?.state === "READY") this.#waiting.pop();
    this.#waiting.push(update);
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async *updates(): AsyncGenerator<ConfigUpdate> {
    while (!this.#hasEnded) {
      const update = this.#waiting.shift();
      if (update) yield update;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
