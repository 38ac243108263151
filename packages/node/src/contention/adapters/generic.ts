import { hasMethods } from "../instrument.js";
import type { Adapter } from "./adapter.js";
import { followItems } from "./pool-methods.js";

/** What anything is tracked by that hands out items: `acquire` promises one, `release` takes it back. */
export interface GenericPool {
  acquire(...args: never[]): PromiseLike<unknown>;
  release(item: never): unknown;
  /** How many items there are at most, where that is known. */
  readonly max?: number | undefined;
}

/** Whatever has `acquire` and `release`; and `destroy`, where it has that. */
export const generic: Adapter = {
  library: "{ acquire, release } (acquire() promises an item, release(item) takes it back; max: how many there are)",
  fits: (thing): thing is object => hasMethods(thing, ["acquire", "release"]),
  track(ledger, thing, name) {
    const resource = ledger.add(thing, name, { is: "pool", library: "generic" }, { max: (pool) => maxOf(pool) });
    followItems(resource, thing, ["release", "destroy"]);
    return thing;
  },
};

function maxOf(pool: object): number | undefined {
  const max: unknown = Reflect.get(pool, "max");
  return typeof max === "number" ? max : undefined;
}
