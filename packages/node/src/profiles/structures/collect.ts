/** Something that holds others, and how many. */
export interface Structure {
  /** The same for the same object at each look. */
  readonly id: number;
  readonly kind: "map" | "set" | "array" | "listeners" | "unread";
  /** Its constructor: `Map`, `EventEmitter`, `BodyReadable`. */
  readonly name: string;
  /** What it holds, by one of them: `SchemaEnv`, `string`; of listeners the event. */
  readonly of: string;
  readonly size: number;
}

/** Prototypes whose instances are looked at; a `Response` only where the process has used one. */
export const PROTOTYPES: readonly string[] = [
  "Map.prototype",
  "Set.prototype",
  "Array.prototype",
  "process.getBuiltinModule('node:events').prototype",
  "process.moduleLoadList.includes('NativeModule internal/deps/undici/undici') ? Response.prototype : Object.freeze(Object.create(null))",
];

/**
 * Runs in the main thread of the service, on the list of all instances of a prototype: it is sent there as text, and so uses nothing of this file,
 * and no syntax (`?.`, `??`) for which a build calls helpers.
 * Gives the largest, and of streams and answers that nobody reads how many there are of each kind. It calls no code of the application's.
 */
export function largestOf(this: readonly object[]): Structure[] {
  const MOST = 20;
  const LEAST = 50;
  const memory = process as unknown as Record<symbol, { ids: WeakMap<object, number>; last: number }>;
  const key = Symbol.for("sop.structures");
  const known = memory[key] || { ids: new WeakMap<object, number>(), last: 0 };
  memory[key] = known;
  const idOf = (object: object): number => {
    const id = known.ids.get(object) || ++known.last;
    known.ids.set(object, id);
    return id;
  };
  const own = (object: object, name: PropertyKey): PropertyDescriptor =>
    Object.getOwnPropertyDescriptor(object, name) || {};
  const sizeOfMap = own(Map.prototype, "size").get as () => number;
  const sizeOfSet = own(Set.prototype, "size").get as () => number;
  // A property as it lies there: a getter could be anyone's.
  const plain = (object: object, name: string): unknown => {
    for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
      const found = Object.getOwnPropertyDescriptor(at, name);
      if (found) return found.value;
    }
    return undefined;
  };
  const nameOf = (value: unknown): string => {
    if (value === null || (typeof value !== "object" && typeof value !== "function"))
      return value === null ? "null" : typeof value;
    if (typeof value === "function") return "function";
    const made = plain(value, "constructor");
    const name = typeof made === "function" ? own(made, "name").value : undefined;
    return typeof name === "string" && name !== "" ? name.slice(0, 80) : "object";
  };
  const unread = new Map<string, number>();
  const found: { object: object; kind: "map" | "set" | "array" | "listeners"; of: () => string; size: number }[] = [];

  const look = (object: object): void => {
    if (Array.isArray(object)) {
      if (object.length >= LEAST)
        found.push({ object, kind: "array", of: () => nameOf(object[object.length - 1]), size: object.length });
      return;
    }
    if (object instanceof Map) {
      const size = sizeOfMap.call(object);
      const first = (): string => nameOf(Map.prototype.values.call(object).next().value);
      if (size >= LEAST) found.push({ object, kind: "map", of: first, size });
      return;
    }
    if (object instanceof Set) {
      const size = sizeOfSet.call(object);
      const first = (): string => nameOf(Set.prototype.values.call(object).next().value);
      if (size >= LEAST) found.push({ object, kind: "set", of: first, size });
      return;
    }
    const events = plain(object, "_events");
    if (typeof events === "object" && events !== null) {
      for (const event of Reflect.ownKeys(events)) {
        const listeners = own(events, event).value;
        if (Array.isArray(listeners) && listeners.length >= LEAST) {
          found.push({ object, kind: "listeners", of: () => String(event).slice(0, 80), size: listeners.length });
        }
      }
    }
    if (isUnread(object)) unread.set(nameOf(object), (unread.get(nameOf(object)) || 0) + 1);
  };

  /** An answer whose body nobody has begun to read. Requests that came in have no status. */
  const isUnread = (object: object): boolean => {
    if (typeof Response === "function" && object instanceof Response) {
      return object.body !== null && !object.bodyUsed;
    }
    const state = plain(object, "_readableState") as { readonly [name: string]: unknown } | undefined;
    if (typeof state !== "object" || state === null) return false;
    const status = plain(object, "statusCode");
    if (nameOf(object) === "IncomingMessage" && typeof status !== "number") return false;
    if (nameOf(object) !== "IncomingMessage" && !/Body|Response|Message/.test(nameOf(object))) return false;
    return state["dataEmitted"] === false && state["endEmitted"] === false && state["destroyed"] === false;
  };

  for (const object of this) {
    try {
      look(object);
    } catch {
      // A prototype itself is among them, and has no size.
    }
  }
  found.sort((a, b) => b.size - a.size);
  const largest = found.slice(0, MOST).map(({ object, kind, of, size }) => {
    const id = idOf(object);
    return { id, kind, name: nameOf(object), of: of(), size };
  });
  const ignored = [...unread].map(([name, size]) => ({ id: 0, kind: "unread" as const, name, of: "", size }));
  return [...largest, ...ignored];
}
