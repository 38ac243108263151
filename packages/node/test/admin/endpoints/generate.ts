import fc from "fast-check";

/** A part of a JSON Schema. */
// biome-ignore lint/suspicious/noExplicitAny: it is a document.
type Schema = any;

/** Values that a schema of the document allows. */
export function valid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valid));
  switch (schema.type) {
    case "string":
      return textOf(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 - 1 });
    case "number":
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 100_000 });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valid(schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 5),
      });
    case "object":
      if (schema.patternProperties) {
        const [[pattern, each] = ["", {}]] = Object.entries<Schema>(schema.patternProperties);
        return fc.dictionary(textOf({ pattern, maxLength: 20 }), valid(each), { maxKeys: 5 });
      }
      return fc.record(mapValues(schema.properties, valid), { requiredKeys: schema.required ?? [] });
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function textOf({ pattern, minLength = 0, maxLength = 50 }: Schema): fc.Arbitrary<string> {
  const size = { minLength, maxLength: Math.min(maxLength, minLength + 50) };
  if (pattern === undefined) return fc.string({ ...size, unit: "grapheme" });
  return fc
    .stringMatching(new RegExp(pattern), { size: "small" })
    .map((text) => text.slice(0, maxLength).replace(/\p{Surrogate}/gu, "?"));
}

/** Something in the place of a value, somewhere in it, that is mostly not allowed there. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const others: fc.Arbitrary<unknown>[] = [WRONG];
  if (Array.isArray(value)) {
    others.push(fc.constant([...value, ...Array.from({ length: 200 }, () => value[0] ?? null)]));
    for (const [i, item] of value.entries()) others.push(mutated(item).map((other) => value.with(i, other)));
  } else if (typeof value === "object" && value !== null) {
    others.push(
      fc
        .tuple(fc.constantFrom("__proto__", "constructor", "extra", ""), WRONG)
        .map(([key, other]) => added(value, key, other)),
    );
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      others.push(
        fc.constant(rest),
        mutated(item).map((other) => added(value, key, other)),
      );
    }
  }
  return fc.oneof(...others);
}

function added(value: object, key: string, other: unknown): object {
  return Object.fromEntries([...Object.entries(value), [key, other]]);
}

const WRONG = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    [],
    {},
    -1,
    1e308,
    true,
    "x".repeat(20_000),
    "\u0000",
    "../..",
    "%s%n",
    "9999h",
    "-1s",
  ),
  fc.constant(Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], "deep")),
  fc.jsonValue({ maxDepth: 2 }),
);

function mapValues<T>(of: Readonly<Record<string, Schema>>, fn: (schema: Schema) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, fn(value)]));
}
