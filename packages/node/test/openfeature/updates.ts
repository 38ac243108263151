import type { ConfigSource, ConfigUpdate } from "@sop/core";

/** A source that tells what a test says. */
export class Updates implements ConfigSource {
  readonly name: string;
  #waiting: ConfigUpdate[] = [];
  #wake: (() => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  tell(update: ConfigUpdate): void {
    this.#waiting.push(update);
    this.#wake?.();
  }

  async *watch(): AsyncGenerator<ConfigUpdate> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
