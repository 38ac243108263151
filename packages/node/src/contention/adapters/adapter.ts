import type { Ledger } from "../ledger.js";

/** How the things of one library are tracked, by their public API only. */
export interface Adapter {
  /** For the error that lists what can be tracked. */
  readonly library: string;
  /** Whether it is a thing of this library, by its shape. */
  fits(thing: unknown): thing is object;
  /** Tracks it. Returns the thing itself, or what stands for it where its own calls cannot be seen. */
  track(ledger: Ledger, thing: object, name: string): object;
}
