import type { ConfigSnapshot, ConfigSource, FlagDefinition } from "@sop/core";
import { threeWays } from "./definitions.ts";

/** A source of many flags, every second one with a rule of three ways, that tells which of them it changed. */
export class Feed implements ConfigSource {
  readonly name = "feed";
  readonly #flags: Record<string, FlagDefinition | string> = {};
  readonly #size: number;
  #pending: ConfigSnapshot | undefined;
  #revision = 0;
  #wake = (): void => {};

  constructor(size: number) {
    this.#size = size;
    for (let i = 0; i < size; i++) this.#flags[`flag-${i}`] = i % 2 === 0 ? { ...threeWays } : "plain";
    this.#pending = { revision: "0", flags: this.#flags };
  }

  async *watch(signal: AbortSignal): AsyncGenerator<{ state: "READY"; snapshot: ConfigSnapshot }> {
    signal.addEventListener("abort", () => this.#wake());
    while (!signal.aborted) {
      const snapshot = this.#pending;
      this.#pending = undefined;
      if (snapshot) yield { state: "READY", snapshot };
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  /** Changes the next flag; it is in force at the end of the turn. */
  change(): void {
    const revision = ++this.#revision;
    const name = `flag-${(revision * 7) % this.#size}`;
    this.#flags[name] = revision % 2 === 0 ? { ...threeWays, metadata: { revision } } : `plain ${revision}`;
    this.#pending = { revision: String(revision), flags: this.#flags, changed: [name] };
    this.#wake();
  }
}
