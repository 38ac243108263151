import { entriesOf, isEsmOnly, publishedPackages, specifierOf } from "../../tooling/workspace.ts";
import type { Verdict } from "./gate.ts";
import { capture } from "./run.ts";

/** Loads every entry of every published package in a process of its own, both ways, and compares what they export. */
export async function importEverything(dir: string, node: string): Promise<Verdict> {
  const entries = publishedPackages().flatMap(({ dir: source, manifest }) =>
    entriesOf(source).map(
      (entry) => [specifierOf(manifest.name, entry), isEsmOnly(manifest) ? "esm" : "both"] as const,
    ),
  );
  const problems: string[] = [];
  for (const [specifier, ways] of entries) {
    const { ok, output } = await capture(node, ["--input-type=module", "--eval", program, specifier, ways], {
      cwd: dir,
    });
    if (!ok) problems.push(`${specifier}: ${/^.*Error.*$/m.exec(output)?.[0] ?? output.trim()}`);
  }
  return { problems, note: `${entries.length} entries` };
}

const program = `
  import { createRequire } from "node:module";
  import { join } from "node:path";
  const [, specifier, ways] = process.argv;
  const esm = Object.keys(await import(specifier)).filter((name) => name !== "module.exports" && name !== "default").sort();
  if (ways === "esm") process.exit(0);
  const cjs = Object.keys(createRequire(join(process.cwd(), "x.cjs"))(specifier)).filter((name) => name !== "default").sort();
  if (esm.join() !== cjs.join()) throw new Error("import gives " + esm + " and require gives " + cjs);
  process.exit(0);
`;
