import type { Sop } from "@sop/core";
import { trackUndici } from "../adapters/undici.js";
import { type AnyMethod, hasMethods } from "../instrument.js";
import { ledgerOf } from "../ledger.js";
import { trackStore } from "../races/store.js";
import { track } from "../track.js";
import { type Class, madeAt, tellAtFirstUse, telling } from "./classes.js";
import { Names } from "./named.js";

// biome-ignore lint/suspicious/noExplicitAny: what a package exports is its own business.
type Exports = any;

/** How the exports of a package are changed when it is loaded: `onLoad` of the register. */
export type OnLoad = (name: string, versions: string, patch: (exports: Exports) => unknown) => () => void;

/** Packages whose classes are tracked when an instance is first used: their exports, and the methods that are used. */
const CLASSES: readonly { name: string; versions: string; exports: readonly string[]; methods: readonly string[] }[] = [
  {
    name: "async-mutex",
    versions: ">=0.2",
    exports: ["Mutex", "Semaphore"],
    methods: ["acquire", "runExclusive", "waitForUnlock", "release", "setValue"],
  },
  { name: "async-lock", versions: ">=1", exports: [""], methods: ["acquire"] },
  {
    name: "semaphore-async-await",
    versions: ">=1",
    exports: ["default", "Lock", "Semaphore"],
    methods: ["wait", "acquire", "signal", "release", "execute"],
  },
  { name: "await-lock", versions: ">=2", exports: ["default"], methods: ["acquireAsync", "release"] },
  { name: "await-semaphore", versions: ">=0.1", exports: ["Semaphore", "Mutex"], methods: ["acquire", "use"] },
  { name: "async-sema", versions: ">=3", exports: ["Sema"], methods: ["acquire", "release"] },
  { name: "@shopify/semaphore", versions: ">=1", exports: ["Semaphore"], methods: ["acquire"] },
  { name: "generic-pool", versions: ">=3", exports: ["Pool"], methods: ["acquire", "use", "release", "destroy"] },
  { name: "pg-pool", versions: ">=2", exports: ["", "default"], methods: ["connect", "query"] },
  { name: "tarn", versions: ">=1", exports: ["Pool"], methods: ["acquire", "release"] },
  { name: "ioredis", versions: ">=4", exports: ["", "default", "Redis"], methods: ["sendCommand"] },
];

/** Caches and stores whose instances are watched for updates that are lost. */
const STORES: readonly { name: string; versions: string; exports: readonly string[] }[] = [
  { name: "node-cache", versions: ">=4", exports: ["", "default"] },
  { name: "keyv", versions: ">=3", exports: ["", "default", "Keyv"] },
  { name: "memorystore", versions: ">=1", exports: [] },
];

/**
 * Tracks the locks, pools and stores of an application that was not changed: of the packages that it loads from now on. `sop`: the one that
 * is attached at the time. Returns a function after which nothing more is tracked.
 */
export function followPackages(sop: () => Sop, onLoad: OnLoad): () => void {
  const names = new Names();
  const stops: (() => void)[] = [];
  const follow = (name: string, versions: string, patch: (exports: Exports) => unknown): void => {
    stops.push(onLoad(name, versions, patch));
  };

  for (const { name, versions, exports, methods } of CLASSES) {
    follow(name, versions, (loaded) =>
      changed(loaded, exports, (of) => {
        tellAtFirstUse(of, methods, (instance, above) => {
          track(sop(), instance, names.of(`${name} ${of.name}`, madeAt(instance) ?? above));
        });
        return telling(of);
      }),
    );
  }
  for (const { name, versions, exports } of STORES) {
    follow(name, versions, (loaded) =>
      changed(loaded, exports, (of) => {
        tellAtFirstUse(of, ["get", "set"], (instance) => void trackStore(sop(), instance, name));
        return of;
      }),
    );
  }
  follow("undici", ">=5.20", (loaded) => changed(loaded, ["Agent", "Pool"], (of) => tellingUndici(sop, names, of)));
  follow("p-limit", ">=2", (loaded) => changedFunction(loaded, (pLimit) => limits(sop, names, pLimit)));
  follow("express-session", ">=1", (session) => sessions(sop, session));
  follow("@fastify/session", ">=8", (plugin) => changedFunction(plugin, (original) => withStore(sop, original, 1)));
  follow("fastify-session", ">=3", (plugin) => changedFunction(plugin, (original) => withStore(sop, original, 1)));
  follow("koa-session", ">=5", (loaded) => changedFunction(loaded, (original) => withStore(sop, original, 0)));
  return () => {
    for (const stop of stops) stop();
  };
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

function tellingUndici(sop: () => Sop, names: Names, of: Class): Class {
  return telling(of, (instance, args) => {
    const options: unknown = [...args]
      .reverse()
      .find((arg) => typeof arg === "object" && arg !== null && !(arg instanceof URL));
    const connections: unknown = options && Reflect.get(options, "connections");
    const name = names.of(`undici ${of.name}`, madeAt(instance));
    trackUndici(ledgerOf(sop()), instance, name, typeof connections === "number" ? connections : undefined);
  });
}

function limits(sop: () => Sop, names: Names, original: AnyMethod): AnyMethod {
  return function pLimit(this: unknown, ...args: unknown[]) {
    const limit: unknown = original.apply(this, args);
    return typeof limit === "function" ? track(sop(), limit, names.of("p-limit", pLimit)) : limit;
  };
}

/** The sessions of express-session: of the store that is given, else of its own in memory. */
function sessions(sop: () => Sop, session: Exports): unknown {
  if (typeof session !== "function") return session;
  if (isClass(session.MemoryStore)) {
    tellAtFirstUse(session.MemoryStore, ["get", "set"], (store) => void watchSessions(sop(), store));
  }
  return withStore(sop, session, 0);
}

/** A function with the option `store`, in the argument `at`: that store is watched. */
function withStore(sop: () => Sop, original: AnyMethod, at: number): AnyMethod {
  return new Proxy(original, {
    apply(target, self, args: unknown[]) {
      const options = args[at];
      const store: unknown =
        typeof options === "object" && options !== null ? Reflect.get(options, "store") : undefined;
      if (hasMethods(store, ["get", "set"])) watchSessions(sop(), store);
      return Reflect.apply(target, self, args);
    },
  });
}

function watchSessions(sop: Sop, store: object): void {
  trackStore(sop, store, "session", { secretKeys: true });
}
