import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packAll } from "./pack.ts";
import { capture } from "./run.ts";

/**
 * A folder that has the packed packages installed, as an application would: ours unpacked from their tarballs, everything
 * they depend on linked from this workspace, so that no network is needed. `remove` it when done.
 */
export async function makeConsumer(): Promise<{ dir: string; remove(): void }> {
  const dir = mkdtempSync(join(tmpdir(), "sop-consumer-"));
  for (const { dir: source, manifest, tarball } of await packAll()) {
    const target = join(dir, "node_modules", manifest.name);
    mkdirSync(target, { recursive: true });
    const { ok, output } = await capture("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
    if (!ok) throw new Error(`unpacking ${tarball}:\n${output}`);
    linkDependencies(join(source, "node_modules"), join(dir, "node_modules"));
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

function linkDependencies(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from)) {
    if (name.startsWith(".") || name === "@sop") continue;
    if (name.startsWith("@")) {
      linkDependencies(join(from, name), join(to, name));
      continue;
    }
    const link = join(to, name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(from, name), link);
  }
}
