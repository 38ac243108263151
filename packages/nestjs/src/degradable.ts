import { Inject } from "@nestjs/common";
import { markOwnFile, type Sop, type Degradable as Ways } from "@sop/core";
import { SOP } from "./tokens.js";

markOwnFile();

// biome-ignore lint/suspicious/noExplicitAny: the method's own parameters are kept.
type AnyMethod = (...args: any[]) => any;

/** Under which an instance keeps the Sop of the application that made it. */
const OWNER: unique symbol = Symbol("sop.degradable");

interface Owned {
  readonly [OWNER]?: Sop;
}

/** As much of reflect-metadata, which Nest brings, as is used here. */
interface Metadata {
  getMetadataKeys(target: object): readonly unknown[];
  getMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/**
 * A method that is itself while the boolean flag `flag` is true (its default), else what `fallback` says: another function, called with
 * the same `this` and arguments; `{ value }`; or `{ cache }`, the last good result for the same arguments. Without one it fails with
 * `SOP_DEGRADED`. A fallback that fails is a panic of the flag's name.
 *
 * For methods of controllers, resolvers and providers alike. On an object that Nest did not make the method is always itself. Throws
 * `SOP_ERR_OPTION` at the first call for options of a cache that are wrong.
 */
export function Degradable<F extends AnyMethod>(
  flag: string,
  { fallback }: Omit<Ways<F>, "primary"> = {},
): (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>) => void {
  return (target, _key, descriptor) => {
    const primary = descriptor.value as F;
    const made = new WeakMap<Sop, F>();
    const method = function (this: Owned, ...args: unknown[]): unknown {
      const sop = this[OWNER];
      if (sop === undefined) return primary.apply(this, args);
      const ways = made.get(sop) ?? sop.degradable(flag, { primary, fallback });
      made.set(sop, ways);
      return ways.apply(this, args);
    };
    // Decorators below this one have told Nest of the method as it was.
    const reflect = Reflect as typeof Reflect & Metadata;
    for (const key of reflect.getMetadataKeys(primary)) {
      reflect.defineMetadata(key, reflect.getMetadata(key, primary), method);
    }
    Object.defineProperty(method, "name", { value: primary.name });
    Object.defineProperty(method, "length", { value: primary.length });
    Inject(SOP)(target, OWNER);
    descriptor.value = method as F;
  };
}
