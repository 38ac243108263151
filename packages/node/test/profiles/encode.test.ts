import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeProfile } from "../../src/profiles/pprof/encode.ts";
import type { Profile } from "../../src/profiles/pprof/profile.ts";
import { decode } from "./decode.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const name = text.filter((value) => value !== "");
const frame = fc.record({ name, file: text, line: fc.nat(), column: fc.nat() });
const value = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const label = fc.oneof(name, fc.record({ value, unit: name }));
const type = fc.record({ type: name, unit: name });

const profile: fc.Arbitrary<Profile> = fc.integer({ min: 1, max: 3 }).chain((count) =>
  fc.record({
    types: fc.array(type, { minLength: count, maxLength: count }),
    samples: fc.array(
      fc.record({
        stack: fc.array(frame, { maxLength: 5 }),
        values: fc.array(value, { minLength: count, maxLength: count }),
        labels: fc.dictionary(name, label, { noNullPrototype: true }),
      }),
      { maxLength: 8 },
    ),
    shown: name,
    period: fc.record({ type: name, unit: name, every: value }),
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    over: fc.nat(),
    comments: fc.array(name),
    drop: name,
    keep: name,
  }),
);

describe("a profile as pprof's protobuf", () => {
  it("is read back by the schema as it was, whatever its texts and numbers are", () => {
    fc.assert(
      fc.property(profile, (given) => {
        expect(decode(encodeProfile(given))).toEqual(given);
      }),
    );
  });

  it("keeps nanoseconds since 1970, which no double can hold", () => {
    const at = Date.parse("2026-11-24T04:15:30.123Z");
    expect(decode(encodeProfile({ types: [], samples: [], at })).at).toBe(at);
  });

  it("has each text, function and position once, so that a thousand samples of one stack are small", () => {
    const stack = [{ name: "leak", file: "/srv/app.js", line: 3, column: 1 }];
    const samples = Array.from({ length: 1_000 }, () => ({ stack, values: [1] }));
    const bytes = gunzipSync(encodeProfile({ types: [{ type: "n", unit: "count" }], samples, at: 0 }));
    expect(bytes.length).toBeLessThan(10_000);
  });

  it("shows the last type where no other is named", () => {
    const types = [
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ];
    expect(decode(encodeProfile({ types, samples: [], at: 0 })).shown).toBe("inuse_space");
  });
});
