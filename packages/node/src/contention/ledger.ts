import type { RequestContext, Sop } from "@sop/core";
import { contribute } from "../forensics/contributions.js";
import { countWaiters } from "../sensors/waiters.js";
import { suspect } from "../watchdog/suspicion.js";
import { contentionFiles } from "./evidence.js";
import { RaceBook } from "./races/race-book.js";
import { recordContention } from "./record.js";
import { type PoolCounts, Resource, type ResourceKind } from "./resource.js";
import { SiteBudget } from "./site.js";

const MAX_POOLS = 200;

/** How a tracked thing is asked of itself. */
export interface Readers<T> {
  /** How much of it there is. */
  max?(thing: T): number | undefined;
  /** What a pool's library counts. */
  counts?(thing: T): PoolCounts;
}

/** All that is tracked for one Sop. Locks are in it only while somebody holds or wants them, so idle ones cost nothing. */
export class Ledger {
  readonly sop: Sop;
  readonly sites: SiteBudget = new SiteBudget();
  /** Held or waited for. */
  readonly busy: Set<Resource> = new Set();
  /** Pools, which tell of themselves also while they are idle. */
  readonly #pools = new Set<WeakRef<Resource>>();
  #races: RaceBook | undefined;
  #lockWaiters = 0;
  #poolWaiters = 0;
  #hasLocks = false;
  #hasPools = false;

  constructor(sop: Sop) {
    this.sop = sop;
  }

  /** A resource is tracked from now on, as long as there is `thing`, which neither this nor the resource keeps alive. */
  add<T extends object>(thing: T, name: string, kind: ResourceKind, read: Readers<T>): Resource {
    const weak = new WeakRef(thing);
    const of = <R>(reader: ((thing: T) => R) | undefined) => {
      const alive = reader && weak.deref();
      return alive && reader ? reader(alive) : undefined;
    };
    const resource = new Resource(
      this,
      name,
      kind,
      () => of(read.max),
      () => of(read.counts),
    );
    this.#count(resource.isLock);
    if (!resource.isLock && this.#pools.size < MAX_POOLS) this.#pools.add(new WeakRef(resource));
    forgotten.register(thing, { resource, ledger: new WeakRef(this) });
    return resource;
  }

  /** What was seen of races; from the first call on it is known that they are looked for. */
  get races(): RaceBook {
    this.#races ??= this.#openBook();
    return this.#races;
  }

  /** Has the sensors ask for numbers of locks, or of pools, from the first one on. */
  #count(isLock: boolean): void {
    if (isLock ? this.#hasLocks : this.#hasPools) return;
    const counted = { waiting: 0 };
    const numbers = (): { readonly waiting: number } => {
      counted.waiting = (isLock ? this.lockWaiters : this.poolWaiters) ?? 0;
      return counted;
    };
    countWaiters(this.sop, { kind: isLock ? "lock" : "pool", numbers });
    if (isLock) this.#hasLocks = true;
    else this.#hasPools = true;
  }

  #openBook(): RaceBook {
    const book = new RaceBook();
    // No figure shows it.
    book.listen(() => suspect(this.sop));
    const failed = (context: RequestContext | undefined): void => {
      if (context) book.ended(context, true, Date.now());
    };
    this.sop.observe({
      name: "races",
      panicked: failed,
      crashed: failed,
      closed: (context, status) => book.ended(context, status >= 500, Date.now()),
    });
    return book;
  }

  /** The same, where anything is watched for them. */
  get knownRaces(): RaceBook | undefined {
    return this.#races;
  }

  waits(resource: Resource, change: 1 | -1): void {
    if (change === 1) this.busy.add(resource);
    if (resource.isLock) this.#lockWaiters += change;
    else this.#poolWaiters += change;
  }

  idle(resource: Resource): void {
    this.busy.delete(resource);
  }

  /** A lock that is gone cannot be released any more, and whoever held it does not know of it either. */
  forget(resource: Resource): void {
    for (const ticket of [...resource.waiters, ...resource.holders]) ticket.done();
    for (const known of this.#pools) if (known.deref() === resource) this.#pools.delete(known);
  }

  /** Locks that are held or waited for, and all pools. */
  get resources(): readonly Resource[] {
    return [...new Set([...this.busy, ...this.#livePools()])];
  }

  /** Who waits for tracked locks; `undefined` where none is tracked. */
  get lockWaiters(): number | undefined {
    return this.#hasLocks ? this.#lockWaiters : undefined;
  }

  /** Who waits for tracked pools; `undefined` where none is tracked. */
  get poolWaiters(): number | undefined {
    if (!this.#hasPools) return undefined;
    const pools = this.#livePools();
    let waiting = this.#poolWaiters;
    for (const { counts, waiters } of pools) {
      // Its library may know of more than what was seen one by one.
      const counted = counts()?.waiting;
      if (counted !== undefined && counted > waiters.size) waiting += counted - waiters.size;
    }
    return waiting;
  }

  #livePools(): Resource[] {
    const live: Resource[] = [];
    for (const known of this.#pools) {
      const pool = known.deref();
      if (pool) live.push(pool);
      else this.#pools.delete(known);
    }
    return live;
  }
}

const forgotten = new FinalizationRegistry<{ resource: Resource; ledger: WeakRef<Ledger> }>(({ resource, ledger }) =>
  ledger.deref()?.forget(resource),
);

const ledgers = new WeakMap<Sop, Ledger>();

/** The ledger of a Sop, made when first asked for. From then on its incidents have what is in it. */
export function ledgerOf(sop: Sop): Ledger {
  const known = ledgers.get(sop);
  if (known) return known;
  const ledger = new Ledger(sop);
  ledgers.set(sop, ledger);
  contribute(sop, {
    name: "contention",
    window: () => recordContention(ledger, Date.now()),
    files: () => contentionFiles(ledger, Date.now()),
  });
  return ledger;
}

/** The ledger of a Sop, where there is one. */
export function knownLedger(sop: Sop): Ledger | undefined {
  return ledgers.get(sop);
}
