import type { TSchema } from "@sinclair/typebox";

const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/;

/** A text of a query as the value that its schema asks for; what is none stays a text, which the schema then refuses. */
export function coerce(text: string, schema: TSchema | undefined): unknown {
  if (schema?.["type"] === "array") return text === "" ? [] : text.split(",");
  if (schema?.["type"] === "boolean") return text === "true" ? true : text === "false" ? false : text;
  const isNumeric = schema?.["type"] === "integer" || schema?.["type"] === "number" || schema?.["x-duration"];
  return isNumeric && NUMBER.test(text) ? Number(text) : text;
}

/** How deep a JSON value is nested: 0 for a text, 1 for `[]`. */
export function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: readonly unknown[] = [value]; ; depth++) {
    const below = level.filter((one): one is object => typeof one === "object" && one !== null);
    if (below.length === 0) return depth;
    level = below.flatMap((one) => Object.values(one));
  }
}
