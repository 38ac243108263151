import type { Contender, RecordedLock, RecordedPool, RecordedWindow } from "@sop/core";
import type { Branch } from "./branch.js";
import type { Ledger } from "./ledger.js";
import { type Claimed, type Claims, type View, viewOf } from "./view.js";

const MAX_RESOURCES = 100;
const MAX_CONTENDERS = 100;

/** What the diagnosis is to look at. `now` in milliseconds since 1970. */
export function recordContention(ledger: Ledger, now: number): Partial<RecordedWindow> {
  const view = viewOf(ledger, now);
  const inCycles = new Set(view.waitFor.cycles.flat().map(({ branch }) => branch));
  const shown = [...view.claims].sort((a, b) => urgency(b, view) - urgency(a, view)).slice(0, MAX_RESOURCES);
  const locks: RecordedLock[] = [];
  const pools: RecordedPool[] = [];
  for (const claims of shown) {
    const sides = {
      holders: chosen(claims.holders, inCycles, view),
      waiters: chosen(claims.waiters, inCycles, view),
    };
    const { name, resource, max } = claims;
    const { kind } = resource;
    if (kind.is === "pool") pools.push({ name, kind: kind.library, ...countsOf(claims), ...sides });
    else locks.push({ name, kind: kind.is, max: max ?? 1, ...sides });
  }
  return {
    ...(ledger.lockWaiters !== undefined && { locks }),
    ...(ledger.poolWaiters !== undefined && { pools }),
    ...(ledger.knownRaces && { races: ledger.knownRaces.read(now) }),
  };
}

/** Those whose holders or waiters are stuck come first, then the longest queues. */
function urgency({ holders, waiters, resource }: Claims, { waitFor }: View): number {
  const isStuck = waiters.some(({ branch }) => waitFor.stuck.has(branch));
  return (isStuck ? 1e9 : 0) + waiters.length * 1_000 + holders.length + (resource.isLock ? 0 : 1);
}

function countsOf({ resource, holders, waiters, max }: Claims): Pick<RecordedPool, "used" | "max" | "waiting"> {
  const counts = resource.counts();
  return {
    used: counts?.used ?? holders.length,
    max: counts?.max ?? max,
    waiting: Math.max(counts?.waiting ?? 0, waiters.length),
  };
}

/** The first of them, and whoever is part of a cycle. */
function chosen(claims: readonly Claimed[], inCycles: ReadonlySet<Branch>, view: View): Contender[] {
  const first = new Set(claims.slice(0, MAX_CONTENDERS));
  const cyclic = claims.filter(({ branch }) => inCycles.has(branch)).slice(0, MAX_CONTENDERS);
  for (const claim of cyclic) first.add(claim);
  return [...first].map((claim) => view.contender(claim));
}
