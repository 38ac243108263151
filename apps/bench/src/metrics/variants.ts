import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/** What is measured of the core. */
export type Core = typeof import("@sop/core");

const source = join(import.meta.dirname, "../../../../packages/core/src");

/** The core without what it records of a request's end: what is left is the cost of all else. */
const recordingNothing: Plugin = {
  name: "recording-nothing",
  setup({ onLoad }) {
    onLoad({ filter: /metrics[/\\]metrics\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace(/ {2}closed\(([^)]*)\): void \{[^}]*\}/, "  closed($1): void {}");
      if (contents === text) throw new Error("Metrics.closed is no more where it was");
      return { contents, loader: "ts" };
    });
  },
};

/** Builds the core so many times, each a copy of its own: one whose functions were used in two ways would be slow in both. */
export async function copies(wanted: readonly ("recording" | "nothing")[]): Promise<readonly Core[]> {
  const dir = mkdtempSync(join(tmpdir(), "sop-bench-metrics-"));
  try {
    const cores: Core[] = [];
    for (const [i, what] of wanted.entries()) {
      const outfile = join(dir, `core-${i}.mjs`);
      const plugins = what === "nothing" ? [recordingNothing] : [];
      await build({
        entryPoints: [join(source, "index.ts")],
        outfile,
        plugins,
        bundle: true,
        format: "esm",
        target: "es2022",
        platform: "neutral",
      });
      cores.push((await import(pathToFileURL(outfile).href)) as Core);
    }
    return cores;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
