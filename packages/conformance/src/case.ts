import type { Fixture } from "./fixture/fixture.js";
import type { Deviation } from "./panics.js";

/** What an audit can ask for. */
export interface Bench {
  /** The server that all gentle audits of this run share. */
  shared(): Promise<Fixture>;
  /** A server of its own, with options; stopped when the audit is over. */
  fresh(options?: object, nodeOptions?: string[]): Promise<Fixture>;
  /** The same, with the connections in the drain's care: `isLossless` of the fixture kit is true. */
  lossless(options?: object): Promise<Fixture>;
  readonly deviations: Readonly<Record<string, Deviation>>;
}

/** One audit: a promise that every adapter keeps. */
export interface Case {
  /** Never changes its meaning, so that an opt-out or a report stays true. */
  readonly id: string;
  readonly title: string;
  run(bench: Bench): Promise<void>;
}
