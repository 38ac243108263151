import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distrust } from "../../src/sources/remote/duplicate-key.ts";
import { peer } from "../../src/sources/remote/peer.ts";
import { readJson, readWord, textOf } from "../../src/sources/remote/value.ts";

describe("JSON", () => {
  it("of any value is trusted, whatever its keys and texts hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(distrust(JSON.stringify(value))).toBeUndefined();
        expect(distrust(JSON.stringify(value, null, 2))).toBeUndefined();
      }),
    );
  });

  it("with a key twice is not, wherever it stands and however it is escaped", () => {
    const place = fc.constantFrom("$", '[1,"}",$]', '{"x":[{"y":$}],"a":0}', '{"\\"":$}');
    fc.assert(
      fc.property(place, fc.string(), fc.jsonValue({ maxDepth: 2 }), (around, key, value) => {
        const again = `"${[...key].map(escaped).join("")}"`;
        const text = `{${JSON.stringify(key)}:${JSON.stringify(value)},${again}:1}`;
        expect(distrust(around.replace("$", () => text))).toMatch(/^it has the key .* twice$/s);
      }),
    );
  });

  it("may have one key in several objects", () => {
    expect(readJson('{"a":{"a":1},"b":{"a":2},"c":[{"a":3},{"a":4}]}')).toBeDefined();
  });

  it("is nested up to 100 levels", () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(readJson(nested(100))).toBeDefined();
    expect(() => readJson(nested(101))).toThrow("it is nested deeper than 100 levels");
    expect(() => readJson(nested(1_000_000))).toThrow("it is nested deeper than 100 levels");
  });

  it("that is none is shown, shortened", () => {
    expect(() => readJson("nope")).toThrow('it is no JSON: "nope"');
    expect(() => readJson("x".repeat(1_000))).toThrow(`it is no JSON: "${"x".repeat(40)}"`);
  });
});

it("a word is JSON where it can be, and a text where it does not look like it", () => {
  expect(["true", "7", "red", "", "null", '"7"'].map(readWord)).toEqual([true, 7, "red", "", null, "7"]);
  expect(() => readWord('{"a":')).toThrow("it is no JSON");
});

it("bytes that are not UTF-8 are no text", () => {
  expect(textOf(Buffer.from("grün"))).toBe("grün");
  expect(() => textOf(new Uint8Array([0x61, 0xc3]))).toThrow("it is not UTF-8");
});

it("a package that is not installed is named, with what to do", async () => {
  const missing = () => Promise.reject(Object.assign(new Error("no"), { code: "ERR_MODULE_NOT_FOUND" }));
  await expect(peer("@redis/client", missing)).rejects.toThrow(
    "needs the package @redis/client: npm install @redis/client",
  );
  await expect(peer("x", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

/** The same character as JSON may also write it. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }).join("");
}
