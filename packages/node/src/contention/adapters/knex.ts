import type { Adapter } from "./adapter.js";
import { tarn, trackTarn } from "./tarn.js";

/** Knex with a pool; `client.pool` and `client.config` are what its documentation names. */
interface KnexInstance {
  readonly client?: {
    readonly pool?: object;
    readonly config?: { readonly pool?: { readonly max?: number } };
  };
}

/** What Knex gives a pool that nothing is said of. */
const DEFAULT_MAX = 10;

/** Instances of knex: the pool in them is followed. */
export const knex: Adapter = {
  library: "knex (an instance with a pool)",
  fits: (thing): thing is object =>
    (typeof thing === "function" || (typeof thing === "object" && thing !== null)) &&
    tarn.fits((thing as KnexInstance).client?.pool),
  track(ledger, thing, name) {
    const { client } = thing as KnexInstance;
    trackTarn(ledger, client?.pool as object, name, "knex", client?.config?.pool?.max ?? DEFAULT_MAX);
    return thing;
  },
};
