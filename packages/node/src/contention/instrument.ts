// biome-ignore lint/suspicious/noExplicitAny: methods of libraries that are known by their shape only.
export type AnyMethod = (this: any, ...args: any[]) => any;

/**
 * Puts a method of an object's own before the one of its class. `make` gets the original, bound to nothing. Its name, length and
 * own properties stay.
 */
export function override(
  thing: object,
  name: string,
  make: (original: AnyMethod) => AnyMethod,
  enumerable: boolean = false,
): void {
  const original: unknown = Reflect.get(thing, name);
  if (typeof original !== "function") return;
  const made = make(original as AnyMethod);
  for (const key of Reflect.ownKeys(original)) {
    const own = Object.getOwnPropertyDescriptor(original, key);
    if (own && key !== "prototype") Object.defineProperty(made, key, own);
  }
  Object.defineProperty(thing, name, { value: made, configurable: true, writable: true, enumerable });
}

/** Whether a value has all of these methods. */
export function hasMethods(thing: unknown, names: readonly string[]): thing is Record<string, AnyMethod> {
  const isObject = (typeof thing === "object" && thing !== null) || typeof thing === "function";
  return isObject && names.every((name) => typeof Reflect.get(thing as object, name) === "function");
}

let depth = 0;

/** Calls a library's own method of something that is tracked: what it uses inside, such as the semaphore of a mutex, is no other thing. */
export function within<R>(call: () => R): R {
  depth++;
  try {
    return call();
  } finally {
    depth--;
  }
}

/** Whether the running code was called by a library's own method of something that is tracked. */
export function isWithin(): boolean {
  return depth > 0;
}
