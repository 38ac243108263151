import type { Contender, RecordedLock, RecordedPool } from "./window/contention.js";

/** Who waits for whom: an edge from one who waits to each who holds what is waited for. */
export interface LockGraph {
  readonly nodes: readonly {
    /** The owner: a request's id, else a number of its own. */
    readonly id: string;
    readonly route: string | undefined;
    readonly holds: readonly string[];
    readonly waitsFor: readonly string[];
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly resource: string;
    readonly since: number;
  }[];
  /** Owners that wait for each other in a ring, in its order; none where there is no such ring. */
  readonly cycle: readonly string[];
  /** The longest chain of owners that wait for the next. */
  readonly longestChain: readonly string[];
}

interface Resource {
  readonly name: string;
  /** Whether nobody gets it before one of its holders gives it back. */
  readonly isFull: boolean;
  readonly holders: readonly Contender[];
  readonly waiters: readonly Contender[];
}

/** More would be no graph that anybody looks at. */
const MOST_NODES = 500;

/**
 * The wait-for graph of locks and pools. A deadlock of a resource with several holders needs all of them to wait: the ring is looked for
 * by taking away, again and again, whoever waits for nothing or for one who was taken away (graph reduction after Holt, 1972).
 */
export function lockGraph(
  locks: readonly RecordedLock[] = [],
  pools: readonly RecordedPool[] = [],
): LockGraph | undefined {
  const resources: Resource[] = [
    ...locks.map(({ name, max, holders, waiters }) => ({ name, isFull: holders.length >= max, holders, waiters })),
    ...pools.map(({ name, max, used, holders, waiters }) => ({
      name,
      isFull: max !== undefined && used >= max && holders.length >= max,
      holders,
      waiters,
    })),
  ];
  if (resources.length === 0) return undefined;
  const owners = new Map<string, { route: string | undefined; holds: string[]; waitsFor: string[] }>();
  const ownerOf = ({ owner, route }: Contender) => {
    const known = owners.get(owner) ?? { route, holds: [], waitsFor: [] };
    owners.set(owner, known);
    return known;
  };
  for (const { name, holders, waiters } of resources) {
    for (const holder of holders) ownerOf(holder).holds.push(name);
    for (const waiter of waiters) ownerOf(waiter).waitsFor.push(name);
  }
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const edges = resources.flatMap(({ name, holders, waiters }) =>
    waiters.flatMap((waiter) =>
      holders.map((holder) => ({ from: waiter.owner, to: holder.owner, resource: name, since: waiter.since })),
    ),
  );
  const stuck = deadlocked(owners, byName);
  const inCycle = ring(edges, stuck);
  const important = new Set([...inCycle, ...owners.keys()].slice(0, MOST_NODES));
  return {
    nodes: [...owners].filter(([id]) => important.has(id)).map(([id, node]) => ({ id, ...node })),
    edges: edges.filter(({ from, to }) => important.has(from) && important.has(to)),
    cycle: inCycle,
    longestChain: longestChain(edges, byName),
  };
}

/** The owners that none of them can ever go on: what is left of the graph when all that can go on have gone. */
function deadlocked(
  owners: ReadonlyMap<string, { readonly holds: readonly string[]; readonly waitsFor: readonly string[] }>,
  resources: ReadonlyMap<string, Resource>,
): Set<string> {
  const left = new Set(owners.keys());
  for (let changed = true; changed; ) {
    changed = false;
    for (const owner of left) {
      const canGoOn = (owners.get(owner)?.waitsFor ?? []).every((name) => {
        const resource = resources.get(name);
        return !resource?.isFull || resource.holders.some((holder) => !left.has(holder.owner));
      });
      if (canGoOn) changed = left.delete(owner) || changed;
    }
  }
  return left;
}

/** A ring among owners that are stuck; who is stuck only because of them is not part of it. */
function ring(edges: LockGraph["edges"], stuck: ReadonlySet<string>): string[] {
  for (const start of stuck) {
    const path: string[] = [];
    for (let at: string | undefined = start; at !== undefined; ) {
      const known = path.indexOf(at);
      if (known >= 0) return path.slice(known);
      path.push(at);
      const from: string = at;
      at = edges.find((edge) => edge.from === from && stuck.has(edge.to))?.to;
    }
  }
  return [];
}

/** One who waits stands behind those in the queue before it, of which the first waits for a holder. */
function longestChain(edges: LockGraph["edges"], resources: ReadonlyMap<string, Resource>): string[] {
  let longest: string[] = [];
  for (const { waiters, holders } of resources.values()) {
    const chain = [...waiters.map(({ owner }) => owner).reverse(), ...holders.slice(0, 1).map(({ owner }) => owner)];
    if (waiters.length === 0) continue;
    const last = chain.at(-1);
    const next = edges.find(({ from, to }) => from === last && !chain.includes(to))?.to;
    const whole = next === undefined ? chain : [...chain, next];
    if (whole.length > longest.length) longest = whole;
  }
  return longest.slice(0, MOST_NODES);
}
