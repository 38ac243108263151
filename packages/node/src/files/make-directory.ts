import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

// Evidence tells about people: it is for the service's own user.
const MODE = 0o700;

/**
 * Makes a directory with all above it, for this user alone; one that is there stays as it is. Throws the system's error where it cannot be
 * made. `mkdirSync` with `recursive` turns round for ever where a file system takes nothing below a directory that is there, as `/proc` does.
 */
export function makeDirectory(dir: string): void {
  try {
    makeOne(dir);
  } catch (error) {
    const above = dirname(dir);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === dir) throw error;
    makeDirectory(above);
    makeOne(dir);
  }
}

function makeOne(dir: string): void {
  try {
    mkdirSync(dir, { mode: MODE });
  } catch (error) {
    // It may be there, or another process was quicker.
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
