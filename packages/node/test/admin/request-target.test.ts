import fc from "fast-check";
import { expect, it } from "vitest";
import { readTarget } from "../../src/admin/guard/request-target.ts";

const piece = fc.oneof(
  fc.constantFrom(
    "/",
    "//",
    ".",
    "..",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "\\",
    ";",
    "%00",
    "%0A",
    "%7f",
    "?",
    "#",
    "%",
    "a",
    "b",
  ),
  fc.string({ maxLength: 3 }),
);

function taken(url: string): string | undefined {
  try {
    return readTarget(url).path;
  } catch {
    return undefined;
  }
}

it("what is taken is read by everybody in the same way", () => {
  let count = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = taken(`/${pieces.join("")}`);
      if (path === undefined) return;
      count++;
      // Who makes paths right finds nothing to do.
      expect(new URL(path, "http://localhost").pathname).toBe(path);
      for (const segment of path.split("/").map((text) => text.replace(/%[8-f][\da-f]/gi, "x"))) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
        expect(decodeURIComponent(segment)).not.toMatch(/[\u0000-\u001f\u007f;]|^\.{1,2}$/);
      }
    }),
    { numRuns: 5_000 },
  );
  expect(count).toBeGreaterThan(100);
});

it("names of all kinds can stand in a path, encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }), (name) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: names have none.
      fc.pre(!/[\u0000-\u001f\u007f]/.test(name) && !/^\.{1,2}$/.test(name) && !/\.\./.test(name));
      const path = `/debug/mw/flags/${encodeURIComponent(name)}`;
      expect(taken(path)).toBe(path);
    }),
  );
});
