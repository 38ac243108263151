import { type AnyMethod, hasMethods, override } from "../instrument.js";
import type { Ledger } from "../ledger.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";

const MAX_ORIGINS = 100;

/** What undici tells of a pool to one origin; an agent has it for each. */
interface Stats {
  readonly connected?: number | boolean;
  readonly queued?: number;
}

interface Dispatcher {
  readonly stats?: unknown;
  on(event: "connect", listener: (origin: URL | string, targets: readonly unknown[]) => void): unknown;
}

/** Agents and pools of undici, and of what has the same interface. */
export const undici: Adapter = {
  library: "undici (Pool, Agent)",
  fits: (thing): thing is object => hasMethods(thing, ["dispatch", "close", "destroy", "request", "on"]),
  track(ledger, thing, name) {
    trackUndici(ledger, thing, name, undefined);
    return thing;
  },
};

/** Follows an agent or a pool. `connections`: how many it may have to each origin, where that is known. */
export function trackUndici(ledger: Ledger, thing: object, name: string, connections: number | undefined): void {
  const origins = new Origins(ledger, thing as Dispatcher, name, connections);
  (thing as Dispatcher).on("connect", (origin, targets) => origins.connected(String(origin), targets));
  override(
    thing,
    "dispatch",
    (original) =>
      function dispatch(options: { readonly origin?: unknown }, handler: object, ...args: unknown[]): unknown {
        const resource = origins.of(originOf(options?.origin));
        const ticket = resource.wait(dispatch);
        try {
          const result: unknown = original.call(this, options, watched(handler, ticket), ...args);
          // Where there is no limit it does not wait for others, but for a connection of its own.
          if (resource.max() === undefined) ticket.granted();
          return result;
        } catch (error) {
          ticket.done();
          throw error;
        }
      },
  );
}

/** One resource for each origin: an agent has as many connections to each. */
class Origins {
  readonly #ledger: Ledger;
  readonly #thing: WeakRef<Dispatcher>;
  readonly #name: string;
  readonly #connections: number | undefined;
  readonly #resources: Map<string, Resource> = new Map();
  readonly #pools: Map<string, WeakRef<{ readonly stats: Stats }>> = new Map();

  constructor(ledger: Ledger, thing: Dispatcher, name: string, connections: number | undefined) {
    this.#ledger = ledger;
    this.#thing = new WeakRef(thing);
    this.#name = name;
    this.#connections = connections;
  }

  of(given: string): Resource {
    const origin = this.#resources.size < MAX_ORIGINS || this.#resources.has(given) ? given : "other";
    const known = this.#resources.get(origin);
    if (known) return known;
    const name = origin === "" ? this.#name : `${this.#name} ${origin}`;
    const made: Resource = this.#ledger.add(
      this.#thing.deref() ?? this,
      name,
      { is: "pool", library: "undici" },
      { max: () => this.#maxOf(origin, made) },
    );
    this.#resources.set(origin, made);
    return made;
  }

  /** Undici 6 does not tell of the pools of an agent other than by this event. */
  connected(origin: string, targets: readonly unknown[]): void {
    const pool = targets.find(
      (target) => target !== this.#thing.deref() && typeof statsOf(target)?.queued === "number",
    );
    if (pool && this.#pools.size < MAX_ORIGINS)
      this.#pools.set(originOf(origin), new WeakRef(pool as { readonly stats: Stats }));
  }

  /** What is queued is so because there are no more connections than those that are in use. */
  #maxOf(origin: string, { holders }: Resource): number | undefined {
    if (this.#connections !== undefined) return this.#connections;
    const own: unknown = this.#thing.deref()?.stats;
    const ofOrigin = own && (typeof (own as Stats).queued === "number" ? own : Reflect.get(own, origin));
    const stats = (ofOrigin as Stats | undefined) ?? this.#pools.get(origin)?.deref()?.stats;
    return (stats?.queued ?? 0) > 0 ? Math.max(holders.size, Number(stats?.connected ?? 0)) : undefined;
  }
}

function statsOf(target: unknown): Stats | undefined {
  return typeof target === "object" && target !== null
    ? (Reflect.get(target, "stats") as Stats | undefined)
    : undefined;
}

function originOf(origin: unknown): string {
  return origin === undefined ? "" : String(origin).replace(/\/$/, "");
}

/** The calls of a handler, of undici 6 and of later ones, that say that a request has its connection, and that it gave it back. */
const STARTS = new Set<string | symbol>(["onConnect", "onRequestStart"]);
const ENDS = new Set<string | symbol>([
  "onComplete",
  "onError",
  "onUpgrade",
  "onResponseEnd",
  "onResponseError",
  "onRequestUpgrade",
]);

/** The same handler, whose calls are seen. */
function watched(handler: object, ticket: Ticket): object {
  return new Proxy(handler, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (STARTS.has(key)) ticket.granted();
        else if (ENDS.has(key)) ticket.done();
        return (value as AnyMethod).apply(target, args);
      };
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
