import { describeError, type Sop } from "@sop/core";
import type { Adapter } from "../adapters/adapter.js";
import { asyncLock } from "../adapters/async-lock.js";
import { asyncMutex } from "../adapters/async-mutex.js";
import { counted } from "../adapters/counted.js";
import { genericPool } from "../adapters/generic-pool.js";
import { ioredis } from "../adapters/ioredis.js";
import { pg } from "../adapters/pg.js";
import { tarn } from "../adapters/tarn.js";
import { trackUndici } from "../adapters/undici.js";
import { type AnyMethod, hasMethods } from "../instrument.js";
import { ledgerOf } from "../ledger.js";
import { trackStore } from "../races/store.js";
import { track, trackBy } from "../track.js";
import { type Class, madeAt, tellAtFirstUse, telling } from "./classes.js";
import { Names } from "./named.js";

// biome-ignore lint/suspicious/noExplicitAny: what a package exports is its own business.
type Exports = any;

/** How the exports of a package are changed when it is loaded: `onLoad` of the register. */
export type OnLoad = (name: string, versions: string, patch: (exports: Exports) => unknown) => () => void;

type Current = () => Sop | undefined;

/** Classes that are tracked when an instance is first used: how, and which of their methods are used. The empty name is the exports themselves. */
interface Tracked {
  readonly versions: string;
  readonly exports: readonly string[];
  readonly methods: readonly string[];
  readonly adapter: Adapter;
}

const MUTEX = ["acquire", "runExclusive", "waitForUnlock", "release", "setValue"];
const COUNTED = ["wait", "acquire", "acquireAsync", "signal", "release", "execute", "use"];

const CLASSES: Readonly<Record<string, Tracked>> = {
  "async-mutex": { versions: ">=0.2", exports: ["Mutex", "Semaphore"], methods: MUTEX, adapter: asyncMutex },
  "async-lock": { versions: ">=1", exports: [""], methods: ["acquire"], adapter: asyncLock },
  "semaphore-async-await": {
    versions: ">=1",
    exports: ["default", "Lock", "Semaphore"],
    methods: COUNTED,
    adapter: counted,
  },
  "await-lock": { versions: ">=2", exports: ["default"], methods: COUNTED, adapter: counted },
  "await-semaphore": { versions: ">=0.1", exports: ["Semaphore", "Mutex"], methods: COUNTED, adapter: counted },
  "async-sema": { versions: ">=3", exports: ["Sema"], methods: COUNTED, adapter: counted },
  "@shopify/semaphore": { versions: ">=1", exports: ["Semaphore"], methods: COUNTED, adapter: counted },
  "generic-pool": {
    versions: ">=3",
    exports: ["Pool"],
    methods: ["acquire", "use", "release", "destroy"],
    adapter: genericPool,
  },
  "pg-pool": { versions: ">=2", exports: ["", "default"], methods: ["connect", "query"], adapter: pg },
  tarn: { versions: ">=1", exports: ["Pool"], methods: ["acquire", "release"], adapter: tarn },
  ioredis: { versions: ">=4", exports: ["", "default", "Redis"], methods: ["sendCommand"], adapter: ioredis },
};

/** Caches and stores whose instances are watched for updates that are lost. */
const STORES: readonly { name: string; versions: string; exports: readonly string[] }[] = [
  { name: "node-cache", versions: ">=4", exports: ["", "default"] },
  { name: "keyv", versions: ">=3", exports: ["", "default", "Keyv"] },
  { name: "memorystore", versions: ">=1", exports: [] },
];

/**
 * Tracks the locks, pools and stores of an application that was not changed: of the packages that it loads from now on. `sop`: the one that
 * is attached at the time, if any is.
 */
export function followPackages(sop: Current, onLoad: OnLoad): void {
  const names = new Names();

  for (const [name, { versions, exports, methods, adapter }] of Object.entries(CLASSES)) {
    onLoad(name, versions, (loaded) =>
      changed(loaded, exports, (of) => {
        tellAtFirstUse(of, methods, (instance, above) => {
          const called = names.of(`${name} ${of.name}`, madeAt(instance) ?? above);
          carefully(sop, (tracking) => trackBy(adapter, tracking, instance, called));
        });
        return telling(of);
      }),
    );
  }
  for (const { name, versions, exports } of STORES) {
    onLoad(name, versions, (loaded) =>
      changed(loaded, exports, (of) => {
        tellAtFirstUse(of, ["get", "set"], (instance) => {
          carefully(sop, (tracking) => trackStore(tracking, instance, name));
        });
        return of;
      }),
    );
  }
  onLoad("undici", ">=5.20", (loaded) => changed(loaded, ["Agent", "Pool"], (of) => tellingUndici(sop, names, of)));
  onLoad("p-limit", ">=2", (loaded) => changedFunction(loaded, (pLimit) => limits(sop, names, pLimit)));
  onLoad("express-session", ">=1", (session) => changedFunction(session, (original) => sessions(sop, original, 0)));
  for (const name of ["@fastify/session", "fastify-session"]) {
    onLoad(name, ">=3", (plugin) => changedFunction(plugin, (original) => sessions(sop, original, 1)));
  }
  onLoad("koa-session", ">=5", (loaded) => changedFunction(loaded, (original) => withStore(sop, original, 0)));
}

/** Tracks for the Sop that is attached, if any is. What cannot be tracked is used as it is: an application must not fail by it. */
function carefully<R>(sop: Current, tell: (sop: Sop) => R): R | undefined {
  const tracking = sop();
  if (!tracking) return undefined;
  try {
    return tell(tracking);
  } catch (error) {
    tracking.log.debug({ err: describeError(error) }, "a lock, a pool or a store is not tracked");
    return undefined;
  }
}

/** Exports of which some classes are others. The empty name stands for the exports themselves. */
function changed(loaded: Exports, names: readonly string[], change: (of: Class) => Class): unknown {
  const done = new Map<unknown, Class>();
  const changedOnce = (of: Class): Class => {
    const known = done.get(of);
    if (known) return known;
    const made = change(of);
    done.set(of, made).set(made, made);
    return made;
  };
  let result = loaded;
  const others: Record<string, Class> = {};
  for (const name of names) {
    if (name === "") {
      if (isClass(loaded)) result = changedOnce(loaded);
    } else if (isClass(loaded?.[name])) others[name] = changedOnce(loaded[name]);
  }
  if (Object.keys(others).length === 0) return result;
  return standIn(result, others);
}

/** Exports of which the function is another one, whether it is the exports themselves or their `default`. */
function changedFunction(loaded: Exports, change: (of: AnyMethod) => unknown): unknown {
  const result = typeof loaded === "function" ? change(loaded) : loaded;
  return typeof loaded?.default === "function" ? standIn(result, { default: change(loaded.default) }) : result;
}

/** The same exports with some others. Those of a compiled module can often not be changed. */
function standIn(exports: Exports, others: Readonly<Record<string, unknown>>): unknown {
  try {
    for (const [name, value] of Object.entries(others)) {
      const own = Object.getOwnPropertyDescriptor(exports, name);
      Object.defineProperty(exports, name, {
        value,
        enumerable: own?.enumerable ?? true,
        configurable: true,
        writable: true,
      });
    }
    return exports;
  } catch {
    if (typeof exports !== "object") return exports;
    return Object.create(Object.getPrototypeOf(exports), {
      ...Object.getOwnPropertyDescriptors(exports),
      ...Object.fromEntries(
        Object.entries(others).map(([name, value]) => [
          name,
          { value, enumerable: true, configurable: true, writable: true },
        ]),
      ),
    });
  }
}

function isClass(value: unknown): value is Class {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}

function tellingUndici(sop: Current, names: Names, of: Class): Class {
  return telling(of, (instance, args) => {
    const options: unknown = [...args]
      .reverse()
      .find((arg) => typeof arg === "object" && arg !== null && !(arg instanceof URL));
    const connections: unknown = options && Reflect.get(options, "connections");
    const name = names.of(`undici ${of.name}`, madeAt(instance));
    const most = typeof connections === "number" ? connections : undefined;
    carefully(sop, (tracking) => trackUndici(ledgerOf(tracking), instance, name, most));
  });
}

function limits(sop: Current, names: Names, original: AnyMethod): AnyMethod {
  return function pLimit(this: unknown, ...args: unknown[]) {
    const limit: unknown = original.apply(this, args);
    const name = names.of("p-limit", pLimit);
    return carefully(sop, (tracking) => track(tracking, limit as object, name)) ?? limit;
  };
}

/** Sessions in the store that is given as the option `store`, else in the one in memory, whose class the function has. */
function sessions(sop: Current, original: AnyMethod, at: number): unknown {
  const { MemoryStore } = original as Exports;
  if (isClass(MemoryStore)) tellAtFirstUse(MemoryStore, ["get", "set"], (store) => watchSessions(sop, store));
  return withStore(sop, original, at);
}

/** A function with the option `store`, in the argument `at`: that store is watched. */
function withStore(sop: Current, original: AnyMethod, at: number): AnyMethod {
  return new Proxy(original, {
    apply(target, self, args: unknown[]) {
      const options = args[at];
      const store: unknown =
        typeof options === "object" && options !== null ? Reflect.get(options, "store") : undefined;
      if (hasMethods(store, ["get", "set"])) watchSessions(sop, store);
      return Reflect.apply(target, self, args);
    },
  });
}

function watchSessions(sop: Current, store: object): void {
  carefully(sop, (tracking) => trackStore(tracking, store, "session", { secretKeys: true }));
}
