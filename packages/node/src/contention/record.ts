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
  const names = new UniqueNames();
  const locks: RecordedLock[] = [];
  const pools: RecordedPool[] = [];
  for (const claims of shown) {
    const sides = {
      holders: chosen(claims.holders, inCycles, view),
      waiters: chosen(claims.waiters, inCycles, view),
    };
    const { kind } = claims.resource;
    const name = names.of(claims.name);
    if (kind.is === "pool") pools.push({ name, kind: kind.library, ...countsOf(claims), ...sides });
    else locks.push({ name, kind: kind.is, max: unitsOf(claims), ...sides });
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

/** Of a semaphore whose holders have more than one unit each it is as many as hold it, where there is not enough for those who wait. */
function unitsOf({ max = 1, holders, waiters }: Claims): number {
  const held = holders.reduce((sum, { weight }) => sum + weight, 0);
  const isShort = waiters.length > 0 && waiters.every(({ weight }) => weight > max - held);
  return isShort && holders.length > 0 ? Math.min(max, holders.length) : max;
}

/** Names by which each resource is another one: locks that are made at one place have one name. */
class UniqueNames {
  readonly #taken: Map<string, number> = new Map();

  of(name: string): string {
    const nth = (this.#taken.get(name) ?? 0) + 1;
    this.#taken.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  }
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
