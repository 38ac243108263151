import { defineConfig } from "tsup";
import { entriesOf, isEsmOnly, readManifest } from "./workspace.ts";

type Config = ReturnType<typeof defineConfig>;

/**
 * The one build of every library: each subpath of the exports map, as ESM and CommonJS, with types for both.
 * A new subpath is one line in `exports` of package.json and one file in `src`.
 * `bin`: files that are run rather than imported.
 * `shims`: `import.meta.url` has its value in the CommonJS build too.
 */
export function library({
  platform = "node",
  shims = false,
  bin = [],
}: {
  platform?: "node" | "neutral";
  shims?: boolean;
  bin?: readonly string[];
} = {}): Config {
  const dir = process.cwd();
  const entry = Object.fromEntries([...entriesOf(dir), ...bin].map((name) => [name, `src/${name}.ts`]));
  return defineConfig({
    entry,
    format: isEsmOnly(readManifest(dir)) ? ["esm"] : ["esm", "cjs"],
    target: "es2022",
    platform,
    shims,
    dts: true,
    // Subpaths of one package share their modules: a process has one copy of each per module system.
    splitting: true,
    clean: true,
    silent: true,
  });
}
