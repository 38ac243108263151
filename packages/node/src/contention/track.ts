import { OptionError, type OptionProblem, type Sop } from "@sop/core";
import type { Adapter } from "./adapters/adapter.js";
import { asyncLock } from "./adapters/async-lock.js";
import { asyncMutex } from "./adapters/async-mutex.js";
import { counted } from "./adapters/counted.js";
import { generic } from "./adapters/generic.js";
import { genericPool } from "./adapters/generic-pool.js";
import { ioredis } from "./adapters/ioredis.js";
import { knex } from "./adapters/knex.js";
import { pLimit } from "./adapters/p-limit.js";
import { pg } from "./adapters/pg.js";
import { tarn } from "./adapters/tarn.js";
import { undici } from "./adapters/undici.js";
import { checkName, shown } from "./check.js";
import { ledgerOf } from "./ledger.js";

/** The first that fits is taken: what is more special comes first. */
const ADAPTERS: readonly Adapter[] = [
  asyncMutex,
  asyncLock,
  pLimit,
  genericPool,
  pg,
  knex,
  tarn,
  ioredis,
  undici,
  counted,
  generic,
];

const standIns = new WeakMap<object, object>();

/**
 * Tracks a lock, a semaphore or a pool: who holds it and who waits for it is in the evidence of incidents, with the request and the place
 * in the code, and a wait that can never end is told as a deadlock. Returns the thing: the same, or for a function what is to be called in
 * its place. What is tracked already stays so, under its first name. Known are those of async-mutex, p-limit, generic-pool, pg, knex and
 * tarn, ioredis, undici, and whatever has `acquire` and `release`. Throws `SOP_ERR_OPTION` for anything else, and for a name that is
 * empty or longer than 200 characters.
 */
export function track<T extends object>(sop: Sop, thing: T, name: string): T {
  const problems: OptionProblem[] = checkName(name);
  const adapter = ADAPTERS.find(({ fits }) => fits(thing));
  if (!adapter) {
    const known = ADAPTERS.map(({ library }) => library).join("; ");
    problems.push({ path: "thing", value: shown(thing), allowed: `one of: ${known}` });
  }
  if (problems.length > 0 || !adapter) throw new OptionError(problems);
  return trackBy(adapter, sop, thing, name);
}

/** Tracks what is known to be for this adapter; what is tracked already stays so. */
export function trackBy<T extends object>(adapter: Adapter, sop: Sop, thing: T, name: string): T {
  const known = standIns.get(thing);
  if (known) return known as T;
  const tracked = adapter.track(ledgerOf(sop), thing, name);
  standIns.set(thing, tracked);
  standIns.set(tracked, tracked);
  return tracked as T;
}
