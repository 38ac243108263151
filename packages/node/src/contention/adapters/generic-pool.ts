import { hasMethods } from "../instrument.js";
import type { Adapter } from "./adapter.js";
import { followItems } from "./pool-methods.js";

/** What generic-pool tells of a pool. */
interface Counted {
  readonly borrowed: number;
  readonly max: number;
  readonly pending: number;
}

/** The pools of generic-pool. */
export const genericPool: Adapter = {
  library: "generic-pool (createPool)",
  fits: (thing): thing is object =>
    hasMethods(thing, ["acquire", "release", "destroy", "drain"]) &&
    ["borrowed", "pending", "max"].every((name) => typeof Reflect.get(thing, name) === "number"),
  track(ledger, thing, name) {
    const pool = thing as Counted;
    const resource = ledger.add(
      pool,
      name,
      { is: "pool", library: "generic-pool" },
      {
        max: ({ max }) => max,
        counts: ({ borrowed, max, pending }) => ({ used: borrowed, max, waiting: pending }),
      },
    );
    followItems(resource, thing, ["release", "destroy"]);
    return thing;
  },
};
