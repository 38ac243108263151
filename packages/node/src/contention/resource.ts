import type { Sop } from "@sop/core";
import { type Branch, currentBranch } from "./branch.js";
import type { Ledger } from "./ledger.js";
import type { Site } from "./site.js";

/** Whoever holds or waits is known one by one up to here; beyond it is only counted. */
const MAX_TICKETS = 10_000;

/** What a resource is: a lock, or a pool of some library. */
export type ResourceKind = { readonly is: "mutex" | "semaphore" } | { readonly is: "pool"; readonly library: string };

/** What the library of a pool says of it. */
export interface PoolCounts {
  readonly used: number;
  readonly max: number | undefined;
  readonly waiting: number;
}

/** The application's function that takes the resource: what lies above it in a stack is not shown. */
type Taken = (...args: never[]) => unknown;

/** A lock or a pool that is tracked: who holds it, and who waits for it, in the order in which they came. */
export class Resource {
  readonly name: string;
  readonly kind: ResourceKind;
  /** How much of it there is; `undefined` where that is not known. */
  readonly max: () => number | undefined;
  /** What its library says of it. */
  readonly counts: () => PoolCounts | undefined;
  readonly holders: Set<Ticket> = new Set();
  readonly waiters: Set<Ticket> = new Set();
  /** Milliseconds since 1970: when it was last handed on. */
  movedAt = 0;
  readonly #ledger: Ledger;

  constructor(
    ledger: Ledger,
    name: string,
    kind: ResourceKind,
    max: () => number | undefined,
    counts: () => PoolCounts | undefined,
  ) {
    this.#ledger = ledger;
    this.name = name;
    this.kind = kind;
    this.max = max;
    this.counts = counts;
  }

  get isLock(): boolean {
    return this.kind.is !== "pool";
  }

  get isIdle(): boolean {
    return this.holders.size === 0 && this.waiters.size === 0;
  }

  get sop(): Sop {
    return this.#ledger.sop;
  }

  /** Somebody wants `weight` of it, now and in this stack. `taken`: the function that was called for it. */
  wait(taken: Taken, weight = 1, branch: Branch = currentBranch(this.sop)): Ticket {
    const now = Date.now();
    const isKnown = this.holders.size + this.waiters.size < MAX_TICKETS;
    const site = isKnown ? this.#ledger.sites.take(this.name, now, taken) : undefined;
    const ticket = new Ticket(this, branch, weight, now, site, isKnown);
    if (isKnown) this.waiters.add(ticket);
    this.#ledger.waits(this, 1);
    return ticket;
  }

  /** A ticket's state changed. */
  moved(from: TicketState, to: TicketState): void {
    if (from === "waiting") this.#ledger.waits(this, -1);
    if (to === "holding" || from === "holding") this.movedAt = Date.now();
    if (this.isIdle) this.#ledger.idle(this);
  }

  /** Of what is held, known one by one. */
  get held(): number {
    let sum = 0;
    for (const { weight } of this.holders) sum += weight;
    return sum;
  }

  /** Nobody waits any more: the queue was cleared. */
  abandonWaiters(): void {
    for (const ticket of this.waiters) ticket.done();
  }
}

type TicketState = "waiting" | "holding" | "done";

/** One wait for a resource, and then one hold of it. */
export class Ticket {
  /** Who waits; and who holds, which is the callback's own branch where it is held for the length of a callback. */
  branch: Branch;
  readonly weight: number;
  readonly site: Site | undefined;
  /** Milliseconds since 1970: since when it waits or holds. */
  since: number;
  readonly #resource: Resource;
  readonly #isKnown: boolean;
  #state: TicketState = "waiting";
  #isScoped = false;

  constructor(
    resource: Resource,
    branch: Branch,
    weight: number,
    now: number,
    site: Site | undefined,
    isKnown: boolean,
  ) {
    this.#resource = resource;
    this.branch = branch;
    this.weight = weight;
    this.since = now;
    this.site = site;
    this.#isKnown = isKnown;
  }

  get isWaiting(): boolean {
    return this.#state === "waiting";
  }

  /** Whether it is held for the length of a callback, so that what the callback does is done by the holder. */
  get isScoped(): boolean {
    return this.#isScoped;
  }

  /** It was handed out: for the length of a callback, which runs in a branch below, or until it is given back. */
  granted(callback?: Branch): void {
    if (this.#state !== "waiting") return;
    if (callback) {
      this.branch = callback;
      this.#isScoped = true;
    }
    this.#resource.waiters.delete(this);
    if (this.#isKnown) this.#resource.holders.add(this);
    this.since = Date.now();
    this.#become("holding");
  }

  /** It was given back, or nobody waits for it any more. A second call does nothing. */
  done(): void {
    if (this.#state === "done") return;
    this.#resource.waiters.delete(this);
    this.#resource.holders.delete(this);
    this.#become("done");
  }

  #become(state: TicketState): void {
    const from = this.#state;
    this.#state = state;
    this.#resource.moved(from, state);
  }
}
