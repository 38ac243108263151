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

/** What records a request's end, by itself. */
export interface Recorder {
  closed(now: number, method: string, route: string, status: number, milliseconds: number): void;
}

interface MetricsRoom {
  readonly Metrics: new (
    clock: { monotonic(): number },
    inFlight: { readonly size: number },
    settings: { buckets: readonly number[]; maxSeries: number; window: number },
    overflowed: () => void,
  ) => Recorder;
}

/** The core's own recorder, without the core. */
export async function recorder(buckets: readonly number[]): Promise<Recorder> {
  const [{ Metrics }] = (await built([{ file: "metrics/metrics.ts", plugins: [] }])) as unknown as [MetricsRoom];
  const settings = { buckets, maxSeries: 1_000, window: 60_000 };
  return new Metrics({ monotonic: () => performance.now() }, { size: 0 }, settings, () => {});
}

/** Builds the core so many times, each a copy of its own: one whose functions were used in two ways would be slow in both. */
export async function copies(wanted: readonly ("recording" | "nothing")[]): Promise<readonly Core[]> {
  const plugins = { recording: [], nothing: [recordingNothing] };
  return (await built(wanted.map((what) => ({ file: "index.ts", plugins: plugins[what] })))) as readonly Core[];
}

async function built(wanted: readonly { file: string; plugins: Plugin[] }[]): Promise<readonly unknown[]> {
  const dir = mkdtempSync(join(tmpdir(), "sop-bench-metrics-"));
  try {
    const modules: unknown[] = [];
    for (const [i, { file, plugins }] of wanted.entries()) {
      const outfile = join(dir, `${i}.mjs`);
      await build({
        entryPoints: [join(source, file)],
        outfile,
        plugins,
        bundle: true,
        format: "esm",
        target: "es2022",
        platform: "neutral",
      });
      modules.push(await import(pathToFileURL(outfile).href));
    }
    return modules;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
