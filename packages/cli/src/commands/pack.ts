import { existsSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { packIncident } from "@sop/node/forensics";
import { CommandError } from "../command-error.js";
import { EXIT, print, type Terminal, working } from "../terminal.js";

/** Options of `sop forensics pack`. */
export interface PackCommand {
  readonly json?: boolean;
  /** Where the archive is written. */
  readonly output?: string;
  /** Whether a file that is there is replaced. */
  readonly force: boolean;
}

/** Packs an incident as one file, and tells its checksum. */
export async function packEvidence(
  dir: string,
  { json, output, force }: PackCommand,
  terminal: Terminal,
): Promise<number> {
  const file = resolve(output ?? `${basename(dir)}.tar.gz`);
  const place = relative(process.cwd(), file);
  if (!force && existsSync(file)) throw new CommandError(EXIT.usage, `${place} is there already: --force replaces it`);
  const packed = await working(terminal, `packing ${basename(dir)}`, () => write(dir, file));
  const { bytes, sha256 } = packed;
  print(terminal, json, packed, `wrote ${place}: ${bytes.toLocaleString("en")} B, sha256 ${sha256}`);
  return EXIT.fine;
}

async function write(dir: string, file: string): ReturnType<typeof packIncident> {
  try {
    return await packIncident(dir, file);
  } catch (error) {
    // Where it is to go is the caller's, and so is that there is room.
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined || code === undefined) throw error;
    throw new CommandError(EXIT.usage, `${file} cannot be written: ${message}`);
  }
}
