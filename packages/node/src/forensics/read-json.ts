import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "@sop/core";

/** None that is written comes near it; a foreign one may have any size. */
const MOST_BYTES = 64 * 2 ** 20;

/** A file of an incident's directory. Throws `SOP_ERR_OPTION` that names it where it cannot be read, or `isUsable` says that it is no such file. */
export function readJson<T>(dir: string, file: string, isUsable: (value: unknown) => boolean = () => true): T {
  try {
    const { size } = statSync(join(dir, file));
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, more than any that is written`);
    const value: unknown = JSON.parse(readFileSync(join(dir, file), "utf8"));
    if (!isUsable(value)) throw new Error("it is of another form, or of a newer version");
    return value as T;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const allowed = `an incident's directory with a readable ${file} (${why})`;
    throw new OptionError([{ path: "dir", value: JSON.stringify(dir), allowed }]);
  }
}
