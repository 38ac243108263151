import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SourceMaps } from "../../src/profiles/source-maps.ts";

// Line 2, column 3 of the file is line 10, column 5 of the source: fields of 1,0,9,4 in base 64.
const MAP = { version: 3, sources: ["../src/cart.ts"], names: [], mappings: ";EASI" };
const LARGE = { file: 1e6, all: 1e6 };
const CODE = "// built\n  leak();\n";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-maps-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(text: string, name = "cart.js"): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const at = (path: string) => ({ name: "leak", file: path, line: 2, column: 3 });
const inline = (map: object) => `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;

describe("source maps", () => {
  it("beside a file tell where its code was written", () => {
    file(JSON.stringify(MAP), "cart.js.map");
    const path = file(`${CODE}//# sourceMappingURL=cart.js.map\n`);
    const source = join(dir, "../src/cart.ts");
    expect(new SourceMaps(LARGE).original(at(path))).toEqual({ name: "leak", file: source, line: 10, column: 5 });
  });

  it("within a file are read too, short or long", () => {
    const source = join(dir, "../src/cart.ts");
    for (const sourcesContent of [[""], ["x".repeat(100_000)]]) {
      const path = file(
        `${CODE}//# sourceMappingURL=${inline({ ...MAP, sourcesContent })}`,
        `a${sourcesContent[0]?.length}.js`,
      );
      expect(new SourceMaps(LARGE).original(at(path))).toMatchObject({ file: source, line: 10 });
    }
  });

  it("keep the names that bundlers give to sources", () => {
    const path = file(`${CODE}//# sourceMappingURL=${inline({ ...MAP, sources: ["webpack://shop/./src/cart.ts"] })}`);
    expect(new SourceMaps(LARGE).original(at(path)).file).toBe("webpack://shop/./src/cart.ts");
  });

  it("that are not there, no map, too large, or no file at all change nothing", () => {
    const wrong = [
      file(CODE, "none.js"),
      file("", "empty.js"),
      file(`${CODE}//# sourceMappingURL=gone.js.map`, "gone.js"),
      file(`${CODE}//# sourceMappingURL=data:application/json;base64,bm8gSlNPTg==`, "broken.js"),
      file(`${CODE}//# sourceMappingURL=/dev/zero`, "zero.js"),
      join(dir, "not-there.js"),
      "node:fs",
      "",
    ];
    const maps = new SourceMaps({ file: 1_000, all: 10_000 });
    for (const path of wrong) expect(maps.original(at(path))).toEqual(at(path));
    file(JSON.stringify({ ...MAP, sourcesContent: ["x".repeat(2_000)] }), "cart.js.map");
    const large = file(`${CODE}//# sourceMappingURL=cart.js.map`);
    expect(maps.original(at(large))).toEqual(at(large));
    expect(maps.skipped).toBeGreaterThan(2);
  });

  it("are read once for a file", () => {
    const path = file(`${CODE}//# sourceMappingURL=${inline(MAP)}`);
    const maps = new SourceMaps(LARGE);
    const first = maps.original(at(path));
    rmSync(path);
    expect(maps.original(at(path))).toEqual(first);
  });
});
