import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";

// Evidence tells about people: it is for the service's own user, as its directories are.
const FILE_MODE = 0o600;
let made = 0;

/** Writes the whole file or nothing: readers see the old content or the new one. On disk when it returns. */
export function writeWhole(path: string, data: string | Uint8Array): void {
  const temporary = temporaryFor(path);
  try {
    const file = openSync(temporary, "wx", FILE_MODE);
    try {
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** `writeWhole` without blocking. Where `isStale` says so at the end, nothing is put in place. */
export function writeWholeLater(path: string, data: string | Uint8Array, isStale: () => boolean): Promise<void> {
  return prepareWhole(path, data, (put) => {
    // Asked and put in one turn: what was written in the meantime is never overwritten by this.
    if (!isStale()) put();
  });
}

/** Brings data to disk beside `path`, without blocking; `then` puts it in its place, or does not. */
export async function prepareWhole(
  path: string,
  data: string | Uint8Array,
  then: (put: () => void) => void,
): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    const file = await open(temporary, "wx", FILE_MODE);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    then(() => renameSync(temporary, path));
  } finally {
    rmSync(temporary, { force: true });
  }
}

function temporaryFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${threadId}-${made++}.tmp`);
}
