import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import type { Profile } from "../../src/profiles/pprof/profile.ts";

const schema = protobuf.loadSync(join(import.meta.dirname, "profile.proto")).lookupType("perftools.profiles.Profile");

interface Raw {
  readonly sampleType: readonly { type: number; unit: number }[];
  readonly sample: readonly {
    locationId: readonly number[];
    value: readonly number[];
    label: readonly { key: number; str: number; num: number; numUnit: number }[];
  }[];
  readonly mapping: readonly { id: number; hasFunctions: boolean }[];
  readonly location: readonly {
    id: number;
    mappingId: number;
    line: readonly { functionId: number; line: number; column: number }[];
  }[];
  readonly function: readonly { id: number; name: number; filename: number }[];
  readonly stringTable: readonly string[];
  readonly dropFrames: number;
  readonly keepFrames: number;
  readonly timeNanos: string;
  readonly durationNanos: string;
  readonly periodType: { type: number; unit: number } | null;
  readonly period: number;
  readonly comment: readonly number[];
  readonly defaultSampleType: number;
}

/** Reads a profile back by the schema, with a library that is not ours. Throws for one that breaks a rule of the format. */
export function decode(bytes: Uint8Array): Required<Profile> {
  const message = schema.decode(gunzipSync(bytes));
  const wide = schema.toObject(message, { longs: String, defaults: true, arrays: true }) as Pick<
    Raw,
    "timeNanos" | "durationNanos"
  >;
  const raw = schema.toObject(message, { longs: Number, defaults: true, arrays: true }) as Raw;
  const text = (index: number): string => {
    const value = raw.stringTable[index];
    if (value === undefined) throw new Error(`no text ${index}`);
    return value;
  };
  if (raw.stringTable[0] !== "") throw new Error("the first text is not empty");
  if (new Set(raw.stringTable).size !== raw.stringTable.length) throw new Error("a text is there twice");
  const functions = byId(raw.function);
  const locations = byId(raw.location);
  const mappings = byId(raw.mapping);
  const types = raw.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) }));
  return {
    types,
    samples: raw.sample.map(({ locationId, value, label }) => {
      if (value.length !== types.length) throw new Error("a sample has another number of values");
      return {
        stack: locationId.map((id) => {
          const { mappingId, line } = known(locations, id);
          known(mappings, mappingId);
          const [first] = line;
          if (!first || line.length !== 1) throw new Error("a location has not one line");
          const { name, filename } = known(functions, first.functionId);
          return { name: text(name), file: text(filename), line: first.line, column: first.column };
        }),
        values: [...value],
        labels: Object.fromEntries(
          label.map(({ key, str, num, numUnit }) => [
            text(key),
            numUnit === 0 ? text(str) : { value: num, unit: text(numUnit) },
          ]),
        ),
      };
    }),
    shown: text(raw.defaultSampleType),
    period: raw.periodType
      ? { type: text(raw.periodType.type), unit: text(raw.periodType.unit), every: raw.period }
      : { type: "", unit: "", every: 0 },
    at: Number(BigInt(wide.timeNanos) / 1_000_000n),
    over: Number(BigInt(wide.durationNanos) / 1_000_000n),
    comments: raw.comment.map(text),
    drop: text(raw.dropFrames),
    keep: text(raw.keepFrames),
  };
}

function byId<T extends { readonly id: number }>(all: readonly T[]): ReadonlyMap<number, T> {
  const map = new Map(all.map((one) => [one.id, one]));
  if (map.size !== all.length || map.has(0)) throw new Error("ids are not their own, or 0");
  return map;
}

function known<T>(all: ReadonlyMap<number, T>, id: number): T {
  const found = all.get(id);
  if (!found) throw new Error(`nothing has the id ${id}`);
  return found;
}
