/** The kind of a value, in the words of the help. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? "list" : typeof value;
}

/** A value for people, on one line. */
export function show(value: unknown): string {
  return value === undefined ? "the default in code" : JSON.stringify(value);
}
