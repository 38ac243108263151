import { type AnyMethod, isWithin } from "../instrument.js";
import { Site } from "../site.js";

// biome-ignore lint/suspicious/noExplicitAny: classes of libraries.
export type Class = abstract new (...args: any[]) => object;

/** Where instances were made. */
const made = new WeakMap<object, Site>();

/** Where an instance was made, where that was seen. */
export function madeAt(instance: object): Site | undefined {
  return made.get(instance);
}

/**
 * A class in whose place another one stands that knows where each instance was made, and tells of it; `instanceof` and `extends` go on as before.
 */
export function telling<C extends Class>(of: C, tell?: (instance: object, args: readonly unknown[]) => void): C {
  const construct = (target: C, args: unknown[], newTarget: unknown): object => {
    const instance: object = Reflect.construct(target as never, args, newTarget as never);
    made.set(instance, new Site(construct));
    tell?.(instance, args);
    return instance;
  };
  return new Proxy(of, { construct });
}

/**
 * Tells of each instance of a class, once, when one of `methods` is first called: so it works for classes that others extend, and for those of
 * ES modules, which cannot be replaced. `above`: what the application called.
 */
export function tellAtFirstUse(
  { prototype }: Class,
  methods: readonly string[],
  tell: (instance: object, above: AnyMethod) => void,
): void {
  const originals = new Map<string, AnyMethod>();
  const firsts = new Map<string, AnyMethod>();
  const told = new WeakSet<object>();
  const meet = (instance: object, above: AnyMethod): void => {
    told.add(instance);
    // What tracks it is to find the library's own methods; those of a class that extends it stay.
    for (const [name, original] of originals) {
      if (Reflect.get(instance, name) !== firsts.get(name)) continue;
      Object.defineProperty(instance, name, { value: original, configurable: true, writable: true });
    }
    tell(instance, above);
  };
  for (const name of methods) {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    if (typeof own?.value !== "function") continue;
    const original: AnyMethod = own.value;
    const first: AnyMethod = function first(this: object, ...args) {
      if (told.has(this) || this === prototype) return original.apply(this, args);
      if (isWithin()) {
        told.add(this);
        return original.apply(this, args);
      }
      meet(this, first);
      return (Object.hasOwn(this, name) ? (Reflect.get(this, name) as AnyMethod) : original).apply(this, args);
    };
    originals.set(name, original);
    firsts.set(name, first);
    Object.defineProperty(prototype, name, { ...own, value: first });
  }
}
