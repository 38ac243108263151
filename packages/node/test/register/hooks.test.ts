import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { isWithin } from "../../src/register/loading/versions.ts";
import { temporaryDirectory } from "../support/files.ts";

const run = promisify(execFile);
const node = process.env["SOP_CONFORMANCE_NODE"] ?? process.execPath;
const hasHooks = "registerHooks" in module && node === process.execPath;

const FILES = {
  "node_modules/plain/package.json": { name: "plain", version: "1.2.3", main: "lib/main" },
  "node_modules/plain/lib/main.js": "exports.who = 'plain'; exports.other = require('./other.js').who;",
  "node_modules/plain/lib/other.js": "exports.who = 'other';",
  "node_modules/renamed/package.json": { name: "@scope/real", version: "0.4.0", exports: { ".": "./entry.cjs" } },
  "node_modules/renamed/entry.cjs": "module.exports = class Real {};",
  "node_modules/modern/package.json": {
    name: "modern",
    version: "7.0.0",
    type: "module",
    exports: { import: { default: "./index.js" } },
  },
  "node_modules/modern/index.js":
    "export default function modern() { return 'original'; }\nexport class Thing { ask() { return 'original'; } }",
  "node_modules/broken/package.json": { name: "broken", version: "1.0.0" },
  "node_modules/broken/index.js": "exports.who = 'broken';",
  "register.mjs": `
    import { onLoad } from "./hooks.mjs";
    onLoad("plain", ">=1 <2", (exports, { version }) => ({ ...exports, who: "patched " + version }));
    onLoad("plain", ">=2", () => { throw new Error("of another version"); });
    onLoad("@scope/real", ">=0.3", (Real) => class Patched extends Real {});
    onLoad("broken", ">=1", () => { throw new Error("no such method"); });
    onLoad("modern", ">=7", (exports) => {
      exports.Thing.prototype.ask = () => "patched";
      return { ...exports, default: () => "patched" };
    });`,
  "app.cjs": `
    console.log(JSON.stringify([require("plain").who, require("plain").other, require("renamed").name, require("broken").who]));`,
  "app.mjs": `
    import plain, { who } from "plain";
    import Real from "renamed";
    import { who as broken } from "broken";
    console.log(JSON.stringify([plain.who, plain.other, Real.name, broken, who]));`,
  "esm.mjs": `
    import modern, { Thing } from "modern";
    console.log(JSON.stringify([modern(), new Thing().ask()]));`,
};

describe("modules that are followed while they are loaded", () => {
  const start = async (app: string) => {
    const dir = temporaryDirectory();
    for (const [name, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    const entryPoints = [join(import.meta.dirname, "../../src/register/hooks.ts")];
    await build({ entryPoints, bundle: true, platform: "node", format: "esm", outfile: join(dir, "hooks.mjs") });
    const { stdout, stderr } = await run(node, ["--import", "./register.mjs", app], { cwd: dir });
    return { said: JSON.parse(stdout), stderr };
  };

  it("are patched where they are required, by the name of their manifest, and their own files are not", async () => {
    const { said, stderr } = await start("app.cjs");
    expect(said).toEqual(["patched 1.2.3", "other", "Patched", "broken"]);
    expect(stderr).toContain("broken@1.0.0 is not tracked: no such method");
    expect(stderr).not.toContain("of another version");
  });

  it("are patched where CommonJS is imported", async () => {
    const { said } = await start("app.mjs");
    expect(said.slice(0, 4)).toEqual(["patched 1.2.3", "other", "Patched", "broken"]);
  });

  it.skipIf(!hasHooks)("are patched where an ES module is imported", async () => {
    expect((await start("esm.mjs")).said).toEqual(["patched", "patched"]);
  });

  it("are chosen by a range of versions", () => {
    expect(isWithin("0.3.0", ">=0.3 <1")).toBe(true);
    expect(isWithin("1.0.0-rc.1", ">=0.3 <1")).toBe(false);
    expect(isWithin("0.2.9", ">=0.3")).toBe(false);
    expect(isWithin("6.13.0", ">6.12.9 <=6.13")).toBe(true);
    expect(() => isWithin("1.0.0", "^1")).toThrow(RangeError);
  });
});
