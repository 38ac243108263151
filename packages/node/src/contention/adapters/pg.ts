import { branchBelow, currentBranch, runIn } from "../branch.js";
import { type AnyMethod, hasMethods, override } from "../instrument.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";
import { Lent, lend } from "./pool-methods.js";

/** What pg tells of a pool. */
interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max?: number };
  on(event: "release", listener: (error: unknown, client: unknown) => void): unknown;
  on(event: "remove", listener: (client: unknown) => void): unknown;
}

const COUNTS = ["totalCount", "idleCount", "waitingCount"];

/** The pools of pg (pg-pool). */
export const pg: Adapter = {
  library: "pg (Pool)",
  fits: (thing): thing is object =>
    hasMethods(thing, ["connect", "query", "end", "on"]) &&
    COUNTS.every((name) => typeof Reflect.get(thing, name) === "number"),
  track(ledger, thing, name) {
    const pool = thing as PgPool;
    const resource = ledger.add(
      pool,
      name,
      { is: "pool", library: "pg" },
      {
        max: ({ options }) => options?.max,
        counts: ({ totalCount, idleCount, waitingCount, options }) => ({
          used: totalCount - idleCount,
          max: options?.max,
          waiting: waitingCount,
        }),
      },
    );
    const lent = new Lent();
    pool.on("release", (_error, client) => lent.back(client));
    pool.on("remove", (client) => lent.back(client));
    const calling: Calling = { query: undefined };
    followConnect(resource, thing, lent, calling);
    followQuery(resource, thing, calling);
    return thing;
  },
};

/** What the application called, while a query goes to `connect`. */
interface Calling {
  query: AnyMethod | undefined;
}

function followConnect(resource: Resource, thing: object, lent: Lent, calling: Calling): void {
  override(
    thing,
    "connect",
    (original) =>
      function connect(callback?: AnyMethod): unknown {
        const ticket = resource.wait(calling.query ?? connect);
        if (typeof callback !== "function") return lend(() => original.call(this), ticket, lent);
        return original.call(this, told(callback, ticket, lent));
      },
  );
}

function told(callback: AnyMethod, ticket: Ticket, lent: Lent): AnyMethod {
  return (error: unknown, client: unknown, release: unknown): unknown => {
    if (error || !client) ticket.done();
    else {
      ticket.granted();
      lent.out(client, ticket);
    }
    return callback(error, client, release);
  };
}

/** A query of the pool takes a client for itself and for nothing else, whatever its request does besides. */
function followQuery(resource: Resource, thing: object, calling: Calling): void {
  override(
    thing,
    "query",
    (original) =>
      function query(...args: unknown[]): unknown {
        calling.query = query;
        try {
          return runIn(branchBelow(currentBranch(resource.sop)), () => original.apply(this, args));
        } finally {
          calling.query = undefined;
        }
      },
  );
}
