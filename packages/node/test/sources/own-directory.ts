import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of one server's own, and how it goes. */
export interface Own {
  readonly dir: string;
  remove(): void;
}

export function own(name: string): Own {
  const dir = mkdtempSync(join(tmpdir(), `sop-${name}-`));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
