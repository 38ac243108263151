import type { Branch } from "./branch.js";

/** A hold of a resource, or a wait for it. */
export interface Claim {
  readonly branch: Branch;
  readonly weight: number;
}

/** What can be held, as the graph sees it. */
export interface Held {
  readonly name: string;
  /** How much of it there is; `undefined`: nobody knows, and then a wait for it is taken to end. */
  readonly max: number | undefined;
  readonly holders: readonly Claim[];
  readonly waiters: readonly Claim[];
}

/** One step of a chain or a cycle: `branch` waits for `resource`, which the branch of the next step holds. */
export interface Step {
  readonly branch: Branch;
  readonly resource: string;
}

/** What the wait-for graph says. */
export interface WaitFor {
  /** Branches that can never go on, unless somebody gives up: those of the cycles, and those that wait for them. */
  readonly stuck: ReadonlySet<Branch>;
  /** The shortest cycle through each group of them; of a lock that is taken twice it has one step. */
  readonly cycles: readonly (readonly Step[])[];
  /** The longest chain of waits that ends with somebody who runs. */
  readonly chain: readonly Step[];
}

const MAX_CYCLES = 20;
const MAX_DEPTH = 1_000;

/**
 * Reads the wait-for graph. A branch waits while one of its waits, or of the branches below it, is open; a resource that has several
 * units is free as soon as one of its holders gives one back. So it is a reduction of the general resource graph (Holt 1972): who waits
 * for nothing is taken to finish and to give back all that he holds, and what nobody can finish is a deadlock.
 */
export function readWaitFor(resources: readonly Held[]): WaitFor {
  const graph = new Graph(resources);
  graph.reduce();
  const stuck = new Set(graph.open.keys());
  return { stuck, cycles: graph.cycles(), chain: longestChain(resources, stuck) };
}

interface Hold extends Claim {
  readonly of: Held;
}

/** A branch that holds or waits. */
interface Node {
  readonly branch: Branch;
  readonly holds: Hold[];
  /** Open waits: its own, and those of branches below it. */
  readonly waits: Set<Hold>;
}

class Graph {
  /** Branches that did not finish. */
  readonly open = new Map<Branch, Node>();
  readonly #free = new Map<Held, number>();
  readonly #queues = new Map<Held, Set<Hold>>();

  constructor(resources: readonly Held[]) {
    for (const of of resources) {
      let held = 0;
      for (const { branch, weight } of of.holders) {
        held += weight;
        this.#node(branch).holds.push({ branch, weight, of });
      }
      this.#free.set(of, of.max === undefined ? Number.POSITIVE_INFINITY : of.max - held);
    }
    const waits = resources.flatMap((of) => of.waiters.map(({ branch, weight }) => ({ branch, weight, of })));
    for (const { branch } of waits) this.#node(branch);
    for (const wait of waits) {
      this.#queue(wait.of).add(wait);
      for (const node of this.#above(wait.branch)) node.waits.add(wait);
    }
  }

  reduce(): void {
    const done = [...this.open.values()].filter(({ waits }) => waits.size === 0);
    const touched = new Set(this.#queues.keys());
    for (;;) {
      for (let node = done.pop(); node; node = done.pop()) {
        this.open.delete(node.branch);
        for (const { of, weight } of node.holds) {
          this.#free.set(of, (this.#free.get(of) ?? 0) + weight);
          touched.add(of);
        }
      }
      const [of] = touched;
      if (!of) return;
      touched.delete(of);
      for (const wait of this.#queue(of)) if (this.#grants(wait)) this.#settle(wait, done);
    }
  }

  /** One unit may serve all who wait, one after the other, as each gives it back in its time. */
  #grants({ of, weight }: Hold): boolean {
    return (this.#free.get(of) ?? 0) >= weight;
  }

  #settle(wait: Hold, done: Node[]): void {
    this.#queue(wait.of).delete(wait);
    for (const node of this.#above(wait.branch)) {
      node.waits.delete(wait);
      if (node.waits.size === 0) done.push(node);
    }
  }

  /** The shortest cycle through each stuck branch that is in none yet. */
  cycles(): Step[][] {
    const cycles: Step[][] = [];
    const seen = new Set<Branch>();
    for (const branch of this.open.keys()) {
      if (cycles.length === MAX_CYCLES) break;
      const cycle = seen.has(branch) ? undefined : this.#cycleOf(branch);
      if (!cycle) continue;
      cycles.push(cycle);
      for (const step of cycle) for (const { branch: one } of this.#above(step.branch)) seen.add(one);
      // Others who hold the same, and wait for it, are in the same trouble.
      const wanted = new Set(
        cycle.flatMap(({ branch }) => [...(this.open.get(branch)?.waits ?? [])].map(({ of }) => of)),
      );
      for (const [other, node] of this.open) if ([...node.waits].some(({ of }) => wanted.has(of))) seen.add(other);
    }
    return cycles;
  }

  #cycleOf(start: Branch): Step[] | undefined {
    const from = new Map<Branch, { readonly back: Branch; readonly step: Step }>();
    const next = [start];
    for (const branch of next) {
      for (const wait of this.open.get(branch)?.waits ?? []) {
        const step: Step = { branch: wait.branch, resource: wait.of.name };
        for (const { branch: holder } of wait.of.holders) {
          if (!this.open.has(holder)) continue;
          if (holder === start) return path(from, start, branch, step);
          if (from.has(holder)) continue;
          from.set(holder, { back: branch, step });
          next.push(holder);
        }
      }
    }
    return undefined;
  }

  #node(branch: Branch): Node {
    const known = this.open.get(branch);
    if (known) return known;
    const node: Node = { branch, holds: [], waits: new Set() };
    this.open.set(branch, node);
    return node;
  }

  #queue(of: Held): Set<Hold> {
    const known = this.#queues.get(of);
    if (known) return known;
    const queue = new Set<Hold>();
    this.#queues.set(of, queue);
    return queue;
  }

  /** A branch and those above it that hold or wait too: they wait for its end. */
  *#above(branch: Branch): Iterable<Node> {
    for (let one: Branch | undefined = branch; one; one = one.parent) {
      const node = this.open.get(one);
      if (node) yield node;
    }
  }
}

function path(
  from: ReadonlyMap<Branch, { readonly back: Branch; readonly step: Step }>,
  start: Branch,
  last: Branch,
  step: Step,
): Step[] {
  const steps = [step];
  for (let one = last; one !== start; ) {
    const found = from.get(one);
    if (!found) break;
    steps.unshift(found.step);
    one = found.back;
  }
  return steps;
}

/** Of those that are not stuck: whose turn is how far away. */
function longestChain(resources: readonly Held[], stuck: ReadonlySet<Branch>): Step[] {
  const waits = new Map<Branch, { readonly of: Held; readonly branch: Branch }[]>();
  for (const of of resources) {
    for (const { branch } of of.waiters) {
      for (let one: Branch | undefined = branch; one; one = one.parent) {
        const known = waits.get(one);
        if (known) known.push({ of, branch });
        else waits.set(one, [{ of, branch }]);
      }
    }
  }
  const chains = new Map<Branch, Step[]>();
  const chainOf = (branch: Branch, depth: number): Step[] => {
    const known = chains.get(branch);
    if (known) return known;
    chains.set(branch, []);
    let longest: Step[] = [];
    if (depth < MAX_DEPTH && !stuck.has(branch)) {
      for (const wait of waits.get(branch) ?? []) {
        if (stuck.has(wait.branch)) continue;
        for (const holder of wait.of.holders) {
          const rest = chainOf(holder.branch, depth + 1);
          if (rest.length + 1 > longest.length) {
            longest = [{ branch: wait.branch, resource: wait.of.name }, ...rest];
          }
        }
      }
    }
    chains.set(branch, longest);
    return longest;
  };
  let longest: Step[] = [];
  for (const branch of waits.keys()) {
    const chain = chainOf(branch, 0);
    if (chain.length > longest.length) longest = chain;
  }
  return longest;
}
