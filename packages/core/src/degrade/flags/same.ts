/** Whether two JSON values are alike, whatever the order of their keys is. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(valueAt(a, key), valueAt(b, key)));
}

function valueAt(of: object, key: string): unknown {
  return (of as Record<string, unknown>)[key];
}
