import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const VERSION = "4.32.5";
// Of no package, and ignored by git.
const venv = join(import.meta.dirname, "../../node_modules/.cache", `schemathesis-${VERSION}`);
const program = join(venv, "bin/schemathesis");

/** Schemathesis, from PyPI, into a folder of its own where it is not there yet; or why it cannot be had. */
export function schemathesis(): { readonly program: string } | { readonly missing: string } {
  if (!existsSync(program)) {
    const made = spawnSync("python3", ["-m", "venv", venv]);
    if (made.status !== 0) return { missing: `python3 -m venv fails: ${made.error?.message ?? made.stderr}` };
    const installed = spawnSync(join(venv, "bin/pip"), ["install", "--quiet", `schemathesis==${VERSION}`]);
    if (installed.status !== 0) return { missing: `schemathesis cannot be installed: ${installed.stderr}` };
  }
  return { program };
}
