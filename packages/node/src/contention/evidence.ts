import type { ContributedFile } from "../forensics/contributions.js";
import { json } from "../forensics/mask.js";
import type { Ledger } from "./ledger.js";
import { recordContention } from "./record.js";
import { told, type View, viewOf } from "./view.js";

/** Milliseconds from which on a request is said to be stuck. */
const STUCK = 1_000;
const MAX_REQUESTS = 50;

/** `contention.json`: the locks and pools, what the wait-for graph says, races, and requests that wait for nothing that is tracked. */
export function contentionFiles(ledger: Ledger, now: number): readonly ContributedFile[] {
  const { locks = [], pools = [], races = [] } = recordContention(ledger, now);
  if (locks.length + pools.length + races.length === 0) return [];
  const view = viewOf(ledger, now);
  const data = {
    at: now,
    deadlocks: view.waitFor.cycles.map((cycle) => ({ depth: cycle.length, cycle: told(view, cycle) })),
    longestChain: told(view, view.waitFor.chain),
    waitingForNothingKnown: unexplained(ledger, view),
    locks,
    pools,
    races,
  };
  return [{ name: "contention.json", kind: "contention", data: json(data) }];
}

/** A request of which nobody knows what it waits for. */
export interface Unexplained {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  /** Milliseconds. */
  readonly age: number;
  readonly phase: string;
}

/** Requests that are in flight for some time and wait for nothing that is tracked: what blocks them is not wrapped, or is no lock. */
export function unexplained(ledger: Ledger, view: View): Unexplained[] {
  const waiting = new Set(view.claims.flatMap(({ waiters }) => waiters.map(({ branch }) => branch.context?.id)));
  return ledger.sop
    .requests()
    .filter(({ id, age }) => age >= STUCK && !waiting.has(id))
    .slice(0, MAX_REQUESTS)
    .map(({ id, method, route, age, phase }) => ({ requestId: id, method, route, age: Math.round(age), phase }));
}
