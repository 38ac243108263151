/** Values that are looked up by name and not kept in an object: a request's headers, its cookies, its own data. */
export abstract class Attributes {
  abstract get(name: string): unknown;
}

/** A member of an object, a list or {@link Attributes}; never what is inherited, never a function. */
export function member(target: unknown, name: string): unknown {
  if (typeof target !== "object" || target === null) return undefined;
  if (target instanceof Attributes) return target.get(name);
  const value = Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined;
  return typeof value === "function" ? undefined : value;
}

/** What counts as true: all but `false`, `null`, 0, NaN and what is empty: a text, a list, an object. */
export function truthy(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Attributes || Object.keys(value).length > 0;
}

/** The number that a value stands for; NaN for lists and objects. */
export function numberOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Number.NaN : Number(value);
}

/** The text that a value stands for; nothing for `null`. */
export function textOf(value: unknown): string {
  if (typeof value !== "object") return value === undefined ? "" : String(value);
  return value === null ? "" : JSON.stringify(value);
}

/** A list as it is, and nothing for all else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
