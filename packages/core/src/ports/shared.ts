/**
 * The one `name` of this process, made when first asked for: the ESM and the CommonJS copy of this package, and all Sops of a
 * process, have one notion of the running request and of an error without a catcher.
 */
export function shared<T>(name: string, make: () => T): T {
  const key = Symbol.for(`sop.${name}`);
  const holder = globalThis as typeof globalThis & Record<symbol, T | undefined>;
  const found = holder[key] ?? make();
  holder[key] = found;
  return found;
}
