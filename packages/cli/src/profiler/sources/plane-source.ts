import type { LatencySlice } from "@sop/node/latency";
import { PlaneError, unreachable } from "../../plane/plane-error.js";
import type { PlaneFinder } from "../../plane/plane-finder.js";
import type { LatencySource, SoFar } from "./source.js";

/** What `GET /debug/mw/latency` answers with; times are milliseconds since 1970. */
interface PlaneAnswer {
  readonly live: boolean;
  readonly service: string;
  readonly since: number;
  readonly until: number;
  readonly bounds: readonly number[];
  readonly slices: readonly LatencySlice[];
}

/** The recording in a service, through its admin plane; the first question begins it. */
export class PlaneSource implements LatencySource {
  readonly name: string;
  /** The recording ends after a minute without questions and has two minutes; people look at each second. */
  readonly patience = 1_000;
  readonly #finder: PlaneFinder;
  readonly #slices: LatencySlice[] = [];
  readonly #notes: string[] = [];
  #bounds: readonly number[] = [1];
  #service: string | undefined;
  #from: number | undefined;
  #until = 0;
  /** When the recording began, by which a new one is told. */
  #since = 0;

  constructor(finder: PlaneFinder) {
    this.#finder = finder;
    this.name = finder.find().name;
  }

  get service(): string | undefined {
    return this.#service;
  }

  async poll(): Promise<void> {
    const query = this.#from === undefined ? {} : { since: this.#until };
    const answer = await this.#ask(query);
    // While the main thread is blocked nothing can be said; what happened meanwhile comes with a later answer.
    if (answer.live === false) return;
    if (!Array.isArray(answer.slices) || !Array.isArray(answer.bounds) || typeof answer.until !== "number") {
      throw unreachable(`${this.name} does not say how long requests take: its version is another than this command's`);
    }
    this.#bounds = answer.bounds;
    this.#service = answer.service;
    if (this.#from === undefined) {
      this.#from = answer.until;
    } else {
      if (answer.since !== this.#since) this.#notes.push(`${clock(answer.since)}: the service was started again.`);
      this.#slices.push(...answer.slices);
    }
    this.#since = answer.since;
    this.#until = Math.max(this.#until, answer.until);
  }

  async #ask(query: { readonly since?: number }): Promise<PlaneAnswer> {
    try {
      return await this.#finder.find().get<PlaneAnswer>("/debug/mw/latency", query);
    } catch (error) {
      // A service that was started again has another address and another token, which its file says by and by.
      const mayBeBack = this.#from !== undefined && this.#finder.isFromFile && error instanceof PlaneError;
      if (!mayBeBack) throw error;
      this.#finder.lose();
      throw unreachable(error.message);
    }
  }

  soFar(): SoFar {
    const from = this.#from ?? 0;
    return { from, until: Math.max(from, this.#until), bounds: this.#bounds, slices: this.#slices, notes: this.#notes };
  }
}

function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}
