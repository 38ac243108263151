import type { TSchema } from "@sinclair/typebox";

/** What a schema allows, for people; `undefined` where it has nothing to say. */
export function allowedBy(schema: TSchema): string | undefined {
  if (schema["x-allowed"] !== undefined) return schema["x-allowed"];
  const words = wordsOf(schema);
  if (words) return `one of ${words.map((word) => JSON.stringify(word)).join(", ")}`;
  switch (schema["type"]) {
    case "integer":
      return `a whole number${range(schema, "minimum", "maximum")}`;
    case "number":
      return `a number${range(schema, "minimum", "maximum")}`;
    case "string":
      return `a text${range(schema, "minLength", "maxLength", " characters")}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${range(schema, "minItems", "maxItems", " items")}`;
    case "object":
      return "an object";
    default:
      return undefined;
  }
}

/** The words of a closed list. */
export function wordsOf({ anyOf }: TSchema): readonly unknown[] | undefined {
  const isList = Array.isArray(anyOf) && anyOf.every((one: TSchema) => "const" in one);
  return isList ? anyOf.map((one: TSchema) => one["const"]) : undefined;
}

function range(schema: TSchema, least: string, most: string, unit = ""): string {
  const [min, max] = [schema[least], schema[most]];
  if (min === undefined && max === undefined) return "";
  if (max === undefined) return ` of at least ${min}${unit}`;
  return min === undefined ? ` of at most ${max}${unit}` : ` of ${min} to ${max}${unit}`;
}
