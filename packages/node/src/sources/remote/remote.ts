import type { FlagTable } from "./flag-table.js";

/** What a connection tells of what it learns. */
export interface Link {
  /** The flags as they are known; it outlives the connection. */
  readonly table: FlagTable;
  /** The other side answered: a first state that takes its time is no lost connection. */
  progress(): void;
  /** The table is whole, and the source calls this state `revision`. */
  ready(revision: string): void;
  /** The source's present state cannot be used at all; the connection is fine. */
  refused(problem: string): void;
}

/** Flags that live in another process. */
export interface Remote {
  /**
   * Connects, fills the table, tells `ready`, and again at each change. Rejects when the connection is lost or refused, and lets
   * go of everything when `signal` is aborted. Called again, it starts from nothing.
   */
  follow(link: Link, signal: AbortSignal): Promise<void>;
  /** Rejects where the other side does not answer, or where what it has did not arrive. Called while `follow` runs. */
  check(signal: AbortSignal): Promise<void>;
}
