import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordFrames } from "../src/forensics/frames.ts";
import { temporaryDirectory } from "./support/files.ts";

/** Writes packages to disk, each as its manifest below its directory. */
function install(manifests: Readonly<Record<string, object>>): string {
  const dir = temporaryDirectory();
  for (const [path, manifest] of Object.entries(manifests)) {
    mkdirSync(join(dir, path), { recursive: true });
    writeFileSync(join(dir, path, "package.json"), JSON.stringify(manifest));
  }
  return dir;
}

function thrownIn(file: string): string {
  return `Error: x\n    at fail (${file}:1:2)\n    at node:internal/timers:1:1`;
}

const app = { name: "shop", version: "1.0.0" };

describe("the package of a frame", () => {
  it("is that of the nearest manifest with a name", () => {
    const dir = install({
      ".": app,
      "node_modules/parser": { name: "parser", version: "2.0.0" },
      "node_modules/parser/esm": { type: "module" },
    });
    const [frame, runtime] = recordFrames(thrownIn(join(dir, "node_modules/parser/esm/lib/x.js")), undefined);
    expect(frame).toMatchObject({ package: "parser", version: "2.0.0", requiredBy: undefined });
    expect(runtime?.package).toBeUndefined();
  });

  it.each(["dependencies", "devDependencies", "optionalDependencies"])(
    "is told with the one of the application's %s that brought it in",
    (kind) => {
      const dir = install({
        ".": { ...app, [kind]: { other: "1", uploads: "1" } },
        "node_modules/other": { name: "other", version: "9.0.0", devDependencies: { parser: "1" } },
        "node_modules/uploads": { name: "uploads", version: "1.4.5", dependencies: { middle: "1" } },
        "node_modules/middle": { name: "middle", version: "3.0.0", dependencies: { parser: "1", uploads: "1" } },
        "node_modules/parser": { name: "parser", version: "2.0.0" },
      });
      const [frame] = recordFrames(thrownIn(join(dir, "node_modules/parser/x.js")), join(dir, "src/server.js"));
      expect(frame?.requiredBy).toEqual({ name: "uploads", version: "1.4.5" });
    },
  );

  it("is told by itself where the application depends on it", () => {
    const dir = install({
      ".": { ...app, dependencies: { uploads: "1", parser: "1" } },
      "node_modules/uploads": { name: "uploads", version: "1.0.0", dependencies: { parser: "1" } },
      "node_modules/parser": { name: "parser", version: "2.0.0" },
    });
    const [frame] = recordFrames(thrownIn(join(dir, "node_modules/parser/x.js")), join(dir, "server.js"));
    expect(frame).toMatchObject({ package: "parser", requiredBy: undefined });
  });

  it("is found behind links, as pnpm makes them", () => {
    const dir = install({
      app: { ...app, dependencies: { uploads: "1" } },
      "store/uploads@1/node_modules/uploads": { name: "uploads", version: "1.0.0", dependencies: { parser: "1" } },
      "store/parser@2/node_modules/parser": { name: "parser", version: "2.0.0" },
    });
    const link = (target: string, path: string) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      symlinkSync(join(dir, target), join(dir, path));
    };
    link("store/uploads@1/node_modules/uploads", "app/node_modules/uploads");
    link("store/parser@2/node_modules/parser", "store/uploads@1/node_modules/parser");
    const file = join(dir, "store/parser@2/node_modules/parser/x.js");
    const [frame] = recordFrames(thrownIn(file), join(dir, "app/server.js"));
    expect(frame?.requiredBy).toEqual({ name: "uploads", version: "1.0.0" });
  });

  it("of the application itself is required by nobody, and a broken manifest harms nothing", () => {
    const dir = install({ ".": { ...app, dependencies: { broken: "1" } } });
    mkdirSync(join(dir, "node_modules/broken"), { recursive: true });
    writeFileSync(join(dir, "node_modules/broken/package.json"), "{");
    const [frame] = recordFrames(thrownIn(join(dir, "src/server.js")), join(dir, "src/server.js"));
    expect(frame).toMatchObject({ package: "shop", version: "1.0.0", requiredBy: undefined });
  });
});
