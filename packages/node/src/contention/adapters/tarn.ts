import { hasMethods, override } from "../instrument.js";
import type { Ledger } from "../ledger.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";
import { Lent } from "./pool-methods.js";

/** What tarn tells of a pool. */
interface TarnPool {
  numUsed(): number;
  numPendingAcquires(): number;
}

const METHODS = ["acquire", "release", "numUsed", "numFree", "numPendingAcquires"];
/** Where a pool is full, that many there are. */
const isFull = (pool: TarnPool & { numFree?(): number }): boolean => pool.numPendingAcquires() > 0;

/** The pools of tarn. */
export const tarn: Adapter = {
  library: "tarn (Pool)",
  fits: (thing): thing is object => hasMethods(thing, METHODS),
  track(ledger, thing, name) {
    trackTarn(ledger, thing, name, "tarn", undefined);
    return thing;
  },
};

/** Follows a pool of tarn. `max`: how many connections it may have, where its owner told. */
export function trackTarn(
  ledger: Ledger,
  thing: object,
  name: string,
  library: string,
  max: number | undefined,
): Resource {
  const maxOf = (pool: TarnPool): number | undefined => max ?? (isFull(pool) ? pool.numUsed() : undefined);
  const resource = ledger.add(
    thing as TarnPool,
    name,
    { is: "pool", library },
    {
      max: maxOf,
      counts: (pool) => ({ used: pool.numUsed(), max: maxOf(pool), waiting: pool.numPendingAcquires() }),
    },
  );
  const lent = new Lent();
  override(
    thing,
    "acquire",
    (original) =>
      function acquire(...args: unknown[]): unknown {
        const ticket = resource.wait(acquire);
        const operation: { readonly promise: Promise<unknown> } = original.apply(this, args);
        watch(operation.promise, ticket, lent);
        return operation;
      },
  );
  override(
    thing,
    "release",
    (original) =>
      function release(item: unknown, ...args: unknown[]): unknown {
        lent.back(item);
        return original.call(this, item, ...args);
      },
  );
  return resource;
}

function watch(promise: Promise<unknown>, ticket: Ticket, lent: Lent): void {
  promise.then(
    (item) => {
      ticket.granted();
      lent.out(item, ticket);
    },
    () => ticket.done(),
  );
}
