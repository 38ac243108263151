import { gzipSync } from "node:zlib";
import type { Profile, ProfileFrame, ProfileSample, ValueType } from "./profile.js";
import { ProtobufWriter } from "./protobuf.js";

// Numbers of fields, as in https://github.com/google/pprof/blob/main/proto/profile.proto
const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  dropFrames: 7,
  keepFrames: 8,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  comment: 13,
  defaultSampleType: 14,
} as const;
const VALUE_TYPE = { type: 1, unit: 2 } as const;
const SAMPLE = { locationId: 1, value: 2, label: 3 } as const;
const LABEL = { key: 1, str: 2, num: 3, numUnit: 4 } as const;
const MAPPING = { id: 1, filename: 5, hasFunctions: 7, hasFilenames: 8, hasLineNumbers: 9 } as const;
const LOCATION = { id: 1, mappingId: 2, line: 4 } as const;
const LINE = { functionId: 1, line: 2, column: 3 } as const;
const FUNCTION = { id: 1, name: 2, systemName: 3, filename: 4 } as const;

const NANOS = 1_000_000n;

/** The profile as pprof's protobuf (`profile.proto`), compressed with gzip: what `go tool pprof` and speedscope read. */
export function encodeProfile(profile: Profile): Uint8Array {
  return gzipSync(messageOf(profile), { level: 6 });
}

function messageOf({ types, samples, shown, period, at, over, comments = [], drop, keep }: Profile): Uint8Array {
  const out = new ProtobufWriter();
  const texts = new Numbers<string>();
  texts.of("");
  const text = (value: string): number => texts.of(value) - 1;
  const functions = new Numbers<string>();
  const locations = new Numbers<string>();

  const writeType = (field: number, { type, unit }: ValueType): void =>
    out.message(field, (writer) => {
      writer.integer(VALUE_TYPE.type, text(type));
      writer.integer(VALUE_TYPE.unit, text(unit));
    });
  const functionOf = ({ name, file }: ProfileFrame): number => {
    const known = functions.size;
    const id = functions.of(`${text(name)} ${text(file)}`);
    if (functions.size === known) return id;
    out.message(PROFILE.function, (writer) => {
      writer.integer(FUNCTION.id, id);
      writer.integer(FUNCTION.name, text(name));
      writer.integer(FUNCTION.systemName, text(name));
      writer.integer(FUNCTION.filename, text(file));
    });
    return id;
  };
  const locationOf = (frame: ProfileFrame): number => {
    const functionId = functionOf(frame);
    const known = locations.size;
    const id = locations.of(`${functionId} ${frame.line} ${frame.column}`);
    if (locations.size === known) return id;
    out.message(PROFILE.location, (writer) => {
      writer.integer(LOCATION.id, id);
      writer.integer(LOCATION.mappingId, 1);
      writer.message(LOCATION.line, (line) => {
        line.integer(LINE.functionId, functionId);
        line.integer(LINE.line, frame.line);
        line.integer(LINE.column, frame.column);
      });
    });
    return id;
  };

  for (const type of types) writeType(PROFILE.sampleType, type);
  // Without a mapping that has all of it, pprof looks for a program to find names in.
  out.message(PROFILE.mapping, (writer) => {
    writer.integer(MAPPING.id, 1);
    writer.integer(MAPPING.filename, text("node"));
    for (const has of [MAPPING.hasFunctions, MAPPING.hasFilenames, MAPPING.hasLineNumbers]) writer.integer(has, 1);
  });
  for (const { stack, values, labels = {} } of samples) {
    const ids = stack.map(locationOf);
    out.message(PROFILE.sample, (writer) => {
      writer.integers(SAMPLE.locationId, ids);
      writer.integers(SAMPLE.value, values);
      writeLabels(writer, labels, text);
    });
  }
  if (drop !== undefined) out.integer(PROFILE.dropFrames, text(drop));
  if (keep !== undefined) out.integer(PROFILE.keepFrames, text(keep));
  out.integer(PROFILE.timeNanos, BigInt(Math.round(at)) * NANOS);
  if (over !== undefined) out.integer(PROFILE.durationNanos, BigInt(Math.round(over)) * NANOS);
  if (period) {
    writeType(PROFILE.periodType, period);
    out.integer(PROFILE.period, period.every);
  }
  out.integers(PROFILE.comment, comments.map(text));
  out.integer(PROFILE.defaultSampleType, text(shown ?? types.at(-1)?.type ?? ""));
  // Last, as all that is written before adds to it; fields may come in any order.
  for (const value of texts.all()) out.text(PROFILE.stringTable, value);
  return out.finish();
}

function writeLabels(
  writer: ProtobufWriter,
  labels: NonNullable<ProfileSample["labels"]>,
  text: (value: string) => number,
): void {
  for (const [key, value] of Object.entries(labels)) {
    writer.message(SAMPLE.label, (label) => {
      label.integer(LABEL.key, text(key));
      if (typeof value === "string") label.integer(LABEL.str, text(value));
      else {
        label.integer(LABEL.num, value.value);
        label.integer(LABEL.numUnit, text(value.unit));
      }
    });
  }
}

/** Numbers things from 1 on in the order in which they come. */
class Numbers<T> {
  readonly #known = new Map<T, number>();

  get size(): number {
    return this.#known.size;
  }

  of(thing: T): number {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    this.#known.set(thing, this.#known.size + 1);
    return this.#known.size;
  }

  all(): Iterable<T> {
    return this.#known.keys();
  }
}
