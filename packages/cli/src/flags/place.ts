import { accessSync, constants, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";

/** Where flags are looked for; part of every command's help. */
export const FILE_HELP = "the file with the flags (default: SOP_CONFIG, else ./sop.yaml)";

/** The file that is meant. Ends the command where it cannot be read. */
export function findFile(given: string | undefined): string {
  const path = resolve(given || process.env["SOP_CONFIG"] || "sop.yaml");
  const shown = relative(process.cwd(), path) || path;
  try {
    if (!statSync(path).isFile()) throw new CommandError(EXIT.unreachable, `${shown} is no file`);
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new CommandError(EXIT.unreachable, `${shown}: ${reason}; --file or SOP_CONFIG names another`);
  }
  return path;
}
