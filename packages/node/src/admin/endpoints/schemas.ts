import {
  type SchemaOptions,
  type TInteger,
  type TNumber,
  type TObject,
  type TOptional,
  type TProperties,
  type TSchema,
  type TString,
  type TUnknown,
  type TUnsafe,
  Type,
} from "@sinclair/typebox";

/** Words of a closed list. */
export function oneOf<const T extends string>(words: readonly T[], options: SchemaOptions = {}): TUnsafe<T> {
  const schema: TSchema = Type.Union(
    words.map((word) => Type.Literal(word)),
    options,
  );
  return schema as TUnsafe<T>;
}

/** A span of time: milliseconds, or a text such as `30s`. Once checked it is a number of milliseconds. */
export function duration(min: number, max: number, description: string, usual?: string): TUnsafe<number> {
  const schema: TSchema = Type.Union([Type.Number(), Type.String({ maxLength: 20, pattern: DURATION })], {
    "x-duration": { min, max },
    "x-allowed": `a duration of ${spoken(min)} to ${spoken(max)}, in milliseconds or such as "30s"`,
    ...(usual !== undefined && { default: usual }),
    description,
  });
  return schema as TUnsafe<number>;
}

const DURATION = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$";

function spoken(ms: number): string {
  if (ms === 0 || ms % 1_000 !== 0) return `${ms} ms`;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}

/** An object of a request: nothing unknown is let through. */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false });
}

/** A JSON answer: what is known, and whether it is of now. */
export function knownOf(properties: TProperties): TObject {
  return Type.Object({
    live: Type.Boolean({ description: "Whether the main thread answered; else these are the last known figures." }),
    asOf: Type.String({ format: "date-time", description: "When they were read." }),
    ...properties,
  });
}

/** A field that is left out where there is nothing to say. */
export const maybe = <S extends TSchema>(schema: S): TOptional<S> => Type.Optional(schema) as TOptional<S>;

export const time: TInteger = Type.Integer({ description: "Milliseconds since 1970." });
export const count: TInteger = Type.Integer({ minimum: 0 });
export const milliseconds: TNumber = Type.Number({ description: "Milliseconds." });
export const ratio: TNumber = Type.Number({ minimum: 0, maximum: 1, description: "0..1" });
export const anything: TUnknown = Type.Unknown();
/** How many there are in all; a list may have fewer. */
export const total: TInteger = Type.Integer({ minimum: 0, description: "How many there are in all." });

/** How many rows an answer has at most. */
export const limitOf = (usual: number, max: number): TInteger =>
  Type.Integer({ minimum: 1, maximum: max, default: usual, description: `At most so many; ${usual} without it.` });

/** A name in a path or a query: no control characters. */
export const nameOf = (what: string): TString =>
  Type.String({
    minLength: 1,
    maxLength: 256,
    pattern: "^[^\\u0000-\\u001f\\u007f]+$",
    "x-allowed": `${what}: 1 to 256 printable characters`,
  });
