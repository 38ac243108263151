import { closeSync, createReadStream, existsSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OptionError } from "@sop/core";
import { makeDirectory } from "../../files/make-directory.js";
import type { Unusable } from "../salvage.js";
import { TarError, type TarHeader, type TarListener, TarReader } from "./tar.js";

/** How much is unpacked: bytes of one file, bytes in all, and files. What is beyond is not looked at. */
export interface UnpackLimits {
  readonly file: number;
  readonly total: number;
  readonly files: number;
}

const LIMITS: UnpackLimits = { file: 512 * 2 ** 20, total: 2 * 2 ** 30, files: 2_000 };

/** An incident out of an archive. */
export interface Unpacked {
  /** Its directory, below the one that was given. */
  readonly dir: string;
  /** What of the archive could not be used, and why. */
  readonly unusable: readonly Unusable[];
}

/** Names that an incident's files have, below one directory. */
const NAME = /^(?<id>\w[\w.-]{0,79})\/(?<file>(?:bundle\/)?[\w][\w.-]{0,99})$/;

/**
 * Unpacks an archive of `packIncident` into a directory. Nothing is written outside of it, and no more than the limits say: links, devices
 * and other names are left out, as is what is too large, or behind the place where it is damaged or cut; `unusable` says so. Throws
 * `SOP_ERR_OPTION` where nothing of an incident is in it.
 */
export async function unpackIncident(archive: string, into: string, limits: UnpackLimits = LIMITS): Promise<Unpacked> {
  if (!statSync(archive, { throwIfNoEntry: false })?.isFile()) throw noIncident(archive, "it is no file");
  return unpack(createReadStream(archive), archive, into, limits);
}

/** The same of bytes as they come. `name`: for what is told. */
export async function unpack(
  source: Readable,
  name: string,
  into: string,
  limits: UnpackLimits = LIMITS,
): Promise<Unpacked> {
  const writer = new Writer(into, limits);
  const reader = new TarReader(writer);
  const plain = source.pipe(createGunzip());
  source.on("error", (error) => plain.destroy(error));
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      reader.take(chunk);
      if (reader.isOver || writer.isFull) break;
    }
    if (!reader.isOver && !writer.isFull)
      writer.refuse(writer.current ?? "the archive", "it is cut here, and what follows is missing");
  } catch (error) {
    writer.refuse(writer.current ?? "the archive", `${reasonOf(error)}; what follows is missing`);
  } finally {
    source.destroy();
    plain.destroy();
    writer.close();
  }
  if (writer.id === undefined)
    throw noIncident(name, writer.unusable.map(({ file, why }) => `${file}: ${why}`).join("; ") || "it is empty");
  return { dir: join(into, writer.id), unusable: writer.unusable };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return "the archive is cut here";
  if (code?.startsWith("Z_")) return "the archive is damaged here, or no gzip";
  return error instanceof TarError ? `the archive is damaged here: ${message}` : message;
}

function noIncident(archive: string, why: string): OptionError {
  const allowed = `a .tar.gz of sop forensics pack, with an incident in it (${why})`;
  return new OptionError([{ path: "incident", value: JSON.stringify(archive), allowed }]);
}

/** Writes members of an archive that are files of an incident. */
class Writer implements TarListener {
  readonly unusable: Unusable[] = [];
  readonly #into: string;
  readonly #limits: UnpackLimits;
  id: string | undefined;
  /** The name of the member that is being read. */
  current: string | undefined;
  isFull = false;
  #file: { readonly handle: number; readonly path: string } | undefined;
  #total = 0;
  #files = 0;

  constructor(into: string, limits: UnpackLimits) {
    this.#into = into;
    this.#limits = limits;
  }

  refuse(file: string, why: string): void {
    this.unusable.push({ file: printable(file), why });
  }

  begin({ name, size, kind }: TarHeader): boolean {
    this.close();
    this.current = undefined;
    if (kind === "directory") return false;
    const { file, total, files } = this.#limits;
    const { id, file: own } = NAME.exec(name)?.groups ?? {};
    const why =
      kind !== "file"
        ? `it is ${kind === "link" ? "a link" : "no plain file"}`
        : id === undefined || own === undefined || name.includes("..") || (this.id ?? id) !== id
          ? "its name is that of no file of an incident"
          : size > file || this.#total + size > total
            ? `it has ${size} bytes, more than is looked at`
            : undefined;
    if (++this.#files > files) {
      this.isFull = true;
      this.refuse("the archive", `it has more than ${files} files`);
      return false;
    }
    if (why !== undefined || id === undefined || own === undefined) {
      this.refuse(name, why ?? "");
      return false;
    }
    this.id = id;
    this.current = own;
    this.#total += size;
    const path = join(this.#into, id, own);
    makeDirectory(dirname(path));
    if (existsSync(path)) {
      this.refuse(own, "it is there twice, and the first one is used");
      return false;
    }
    this.#file = { handle: openSync(path, "wx", 0o600), path };
    if (size === 0) this.end();
    return true;
  }

  piece(bytes: Uint8Array): void {
    if (this.#file) writeSync(this.#file.handle, bytes);
  }

  end(): void {
    if (this.#file) closeSync(this.#file.handle);
    this.#file = undefined;
    this.current = undefined;
  }

  /** What is not whole is not there. */
  close(): void {
    if (!this.#file) return;
    closeSync(this.#file.handle);
    rmSync(this.#file.path, { force: true });
    this.#file = undefined;
  }
}

/** A name for people, whatever it is. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}
