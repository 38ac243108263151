import { type Duration, OptionCheck, type Sop, SopError } from "@sop/core";
import { Generation } from "./generation.js";

/** Options of `evictablePool`. */
export interface EvictablePoolOptions<P> {
  /** Makes a pool: at once, and for each eviction. */
  readonly create: () => P;
  /** Closes a pool, as soon as nothing of it is in use. */
  readonly close: (pool: P) => unknown;
  /** Tries a fresh pool before it takes over, for one: `(redis) => redis.ping()`. What it throws stops the eviction. */
  readonly ready?: ((pool: P) => unknown) | undefined;
  /** For how long what is in use may hold up the close of an evicted pool, up to 24 days. Default `30s`. */
  readonly limit?: Duration | undefined;
  /** The drain of this Sop closes the pool after the last request. */
  readonly sop?: Sop | undefined;
}

/** A pool that can be replaced by a fresh one while it is used. */
export interface EvictablePool<P> {
  /** How many calls of `use` run, those of evicted pools included. */
  readonly inUse: number;
  /**
   * Does some work with the pool. What it takes from the pool it gives back before it settles. Rejects with what `work` throws,
   * and with `SOP_DRAINING` where the pool is closed.
   */
  use<T>(work: (pool: P) => T | PromiseLike<T>): Promise<T>;
  /**
   * Hands out no more of the pool: what comes from now on gets a fresh one, what runs finishes, then the old one is closed. Resolves
   * when it is. Rejects where the fresh one cannot be made or is not ready, and the old one stays in use; rejects with what
   * `close` throws; rejects with `SOP_DRAINING` where the pool is closed.
   */
  evict(): Promise<void>;
  /** Takes no more work, waits for what runs, and closes the pool. A second call joins the first. */
  close(): Promise<void>;
}

type State<P> =
  | { readonly is: "open"; readonly current: Generation<P> }
  | { readonly is: "closed"; readonly closing: Promise<void> };

const DAY = 86_400_000;

/**
 * A pool of connections that can be evicted gracefully: replaced by a fresh one, after a fail-over or a change of credentials,
 * without losing what runs. Throws `SOP_ERR_OPTION` for options that are wrong, and what `create` throws.
 *
 * ```js
 * import { evictablePool } from "@sop/node/pools";
 * import { Pool } from "undici";
 *
 * const stock = evictablePool({ create: () => new Pool("http://stock:3000"), close: (pool) => pool.close() });
 *
 * const { body } = await stock.use((pool) => pool.request({ method: "GET", path: "/items/7" }));
 * await stock.evict();
 * ```
 */
export function evictablePool<P>(options: EvictablePoolOptions<P>): EvictablePool<P> {
  const { create, close, ready, limit, sop } = readOptions(options);
  const generations = new Set<Generation<P>>();
  let state: State<P> = { is: "open", current: made() };

  function made(): Generation<P> {
    const generation = new Generation(create());
    generations.add(generation);
    return generation;
  }

  async function retire(generation: Generation<P>): Promise<void> {
    try {
      await generation.retire(limit, close);
    } finally {
      generations.delete(generation);
    }
  }

  /** Returns the one that was in use until then. */
  async function takeOver(fresh: Generation<P>): Promise<Generation<P>> {
    try {
      await ready?.(fresh.pool);
      const old = current(state);
      state = { is: "open", current: fresh };
      return old;
    } catch (error) {
      // What was made in vain must not stay connected; why it was in vain is what the caller has to know.
      await retire(fresh).catch(() => undefined);
      throw error;
    }
  }

  async function evict(): Promise<void> {
    current(state);
    await retire(await takeOver(made()));
  }

  async function end(): Promise<void> {
    forget?.();
    await Promise.all([...generations].map(retire));
  }

  function closeAll(): Promise<void> {
    if (state.is === "open") state = { is: "closed", closing: end() };
    return state.closing;
  }

  const forget = sop?.onDrain(closeAll);
  return {
    get inUse() {
      let sum = 0;
      for (const { users } of generations) sum += users;
      return sum;
    },
    use: async (work) => current(state).use(work),
    evict,
    close: closeAll,
  };
}

function current<P>(state: State<P>): Generation<P> {
  if (state.is === "open") return state.current;
  throw new SopError("SOP_DRAINING", "the pool is closed");
}

function readOptions<P>(options: EvictablePoolOptions<P>): EvictablePoolOptions<P> & { readonly limit: number } {
  const check = new OptionCheck(options, "pool", ["create", "close", "ready", "limit", "sop"]);
  for (const key of ["create", "close", "ready"] as const) {
    const isMissing = options?.[key] === undefined && key === "ready";
    if (!isMissing && typeof options?.[key] !== "function") check.reject(key, "a function");
  }
  const limit = check.duration("limit", 30_000, 0, 24 * DAY);
  check.done();
  return { ...options, limit };
}
