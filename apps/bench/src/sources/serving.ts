import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Place } from "../../../../packages/node/test/sources/store.ts";
import type { Told } from "./service.ts";

/** A moment that the service told of, in milliseconds of the machine's monotonic clock. */
export interface Moment {
  readonly at: number;
  readonly told: Told;
}

/** The machine's monotonic clock, in milliseconds: one for all processes. */
export function now(): number {
  return milliseconds(process.hrtime.bigint());
}

/** A service in a process of its own that follows a place by a sop.yaml. */
export class Serving {
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #moments: Moment[] = [];
  #wake: () => void = () => {};

  constructor(place: Place, { isTransactional, options = {} }: { isTransactional: boolean; options?: object }) {
    this.#dir = mkdtempSync(join(tmpdir(), "sop-bench-"));
    const [[kind, named] = ["", {}]] = Object.entries(place.named);
    const cache = kind === "file" ? {} : { cache: join(this.#dir, "cache.json") };
    const config = join(this.#dir, "sop.yaml");
    writeFileSync(config, JSON.stringify({ sources: [{ [kind]: { ...named, ...cache, ...options } }] }));
    const script = join(import.meta.dirname, "service.ts");
    this.#child = fork(script, [config, String(isTransactional)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    this.#child.on("message", (told: Told) => {
      this.#moments.push({ told, at: "at" in told ? milliseconds(BigInt(told.at)) : now() });
      this.#wake();
    });
  }

  /** The first moment from `since` on that matches; waits for it, at most `limit` milliseconds. */
  async moment(matches: (told: Told) => boolean, { since = 0, limit = 15_000 } = {}): Promise<Moment> {
    const end = now() + limit;
    for (;;) {
      const found = this.#moments.find(({ told, at }) => at >= since && matches(told));
      if (found) return found;
      const left = end - now();
      if (left <= 0)
        throw new Error(`not told within ${limit} ms; the last: ${JSON.stringify(this.#moments.slice(-3))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, left);
      });
    }
  }

  async port(): Promise<number> {
    const { told } = await this.moment((told) => "port" in told);
    return "port" in told ? told.port : 0;
  }

  async decided(value: number, limit?: number): Promise<number> {
    const { at } = await this.moment((told) => "decided" in told && told.decided === value, {
      ...(limit && { limit }),
    });
    return at;
  }

  async state(state: string, since: number): Promise<number> {
    return (await this.moment((told) => "state" in told && told.state === state, { since, limit: 40_000 })).at;
  }

  stop(): void {
    this.#child.disconnect();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000n) / 1_000;
}
