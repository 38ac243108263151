import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, writeWhole } from "../forensics/write-whole.js";

/** `admin.json`: where the plane of a running service is, and what opens it. */
export interface AdminFile {
  readonly url: string;
  /** Only one that was made at start: who gave it has it already. */
  readonly token?: string | undefined;
  readonly pid: number;
  readonly service: string;
  /** The file of who signed the listener's certificate. */
  readonly ca?: string | undefined;
}

const NAME = "admin.json";

/** Writes it for its owner alone, whole or not at all. */
export function writeAdminFile(dir: string, file: AdminFile): void {
  makeDirectory(dir);
  writeWhole(join(dir, NAME), `${JSON.stringify(file, null, 2)}\n`);
}

/** Takes it away, unless another process has written its own by now. */
export function removeAdminFile(dir: string, { url, pid }: AdminFile): void {
  const path = join(dir, NAME);
  try {
    const present = JSON.parse(readFileSync(path, "utf8")) as Partial<AdminFile> | null;
    if (present?.pid === pid && present.url === url) rmSync(path, { force: true });
  } catch {
    // It is gone, or it is no longer ours.
  }
}
