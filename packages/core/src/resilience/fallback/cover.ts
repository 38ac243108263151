import type { Call } from "../call.js";
import type { Outcome } from "../outcome.js";
import { started } from "../settle.js";
import { FallbackError } from "./fallback-error.js";
import type { StaleCache } from "./stale-cache.js";

/** What a `fallback` has to give. */
export interface CoverSettings {
  readonly make: ((error: unknown, call: Call) => unknown) | undefined;
  readonly stale: StaleCache | undefined;
  readonly when: ((error: unknown) => boolean) | undefined;
}

/** What the calls of one `fallback` share. */
export interface CoverOwner {
  readonly settings: CoverSettings;
  used: number;
}

/** One call and what is given in its place. */
export class Cover implements Outcome {
  readonly #owner: CoverOwner;
  readonly #call: Call;
  readonly #outcome: Outcome;

  constructor(owner: CoverOwner, call: Call, outcome: Outcome) {
    this.#owner = owner;
    this.#call = call;
    this.#outcome = outcome;
  }

  passed(value: unknown): unknown {
    const { stale } = this.#owner.settings;
    const { key } = this.#call;
    if (stale !== undefined && key !== undefined) stale.put(key, value);
    return this.#outcome.passed(value);
  }

  /** An abort is not covered: nobody waits for the value any more. */
  failed(error: unknown): unknown {
    const { stale, make, when } = this.#owner.settings;
    const { key, aborted } = this.#call;
    const kept = key === undefined ? undefined : stale?.get(key);
    if (aborted || (kept === undefined && make === undefined)) return this.#outcome.failed(error);
    let isCovered: boolean;
    try {
      isCovered = when?.(error) !== false;
    } catch (second) {
      return this.#outcome.failed(new FallbackError(error, second));
    }
    if (!isCovered) return this.#outcome.failed(error);
    this.#owner.used++;
    if (kept !== undefined) return this.#outcome.passed(kept.value);
    return started((call) => make?.(error, call), this.#call).then(
      (value) => this.#outcome.passed(value),
      (second: unknown) => this.#outcome.failed(new FallbackError(error, second)),
    );
  }
}
