import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { readIncident } from "../incident-file.js";
import { type Member, TAR_END, tarHeader, tarPadding, writeTar } from "./tar.js";

/** A packed incident. */
export interface Packed {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Packs an incident's directory as one file (`.tar.gz`): the same incident gives the same bytes, with the same zlib. Written whole or not at
 * all, for the own user only. What was made of it, such as a reproduction, is left out. Throws `SOP_ERR_OPTION` where there is no incident.
 */
export async function packIncident(dir: string, file: string): Promise<Packed> {
  const { openedAt } = readIncident(dir);
  const temporary = `${file}.${process.pid}.tmp`;
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  try {
    const archive = Readable.from(packed(dir, openedAt));
    await pipeline(archive, measure, createWriteStream(temporary, { flags: "wx", mode: 0o600 }));
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { file, bytes, sha256: hash.digest("hex") };
}

/** The archive of an incident, piece by piece. */
export async function* packed(dir: string, openedAt: number): AsyncGenerator<Buffer> {
  const tar = Readable.from(writeTar(membersOf(dir), openedAt / 1_000));
  let isFirst = true;
  for await (const chunk of tar.compose(createGzip({ level: LEVEL })) as AsyncIterable<Buffer>) {
    // Which system it was made on is no part of it (RFC 1952, 2.3.1).
    if (isFirst) chunk[9] = 255;
    isFirst = false;
    yield chunk;
  }
}

/**
 * The same in memory. What is larger than `most` bytes is left out, as is what no longer has room: a snapshot of the heap or a core dump is
 * fetched from the disk.
 */
export function packedNow(dir: string, openedAt: number, most: number): Buffer {
  const pieces: Uint8Array[] = [];
  let room = most;
  for (const { name, path, size } of filesOf(dir)) {
    if (size > room) continue;
    const content = readFileSync(path);
    room -= content.length;
    pieces.push(tarHeader(name, content.length, openedAt / 1_000), content, tarPadding(content.length));
  }
  const archive = gzipSync(Buffer.concat([...pieces, TAR_END]), { level: LEVEL });
  archive[9] = 255;
  return archive;
}

const LEVEL = 6;
const OWN = /^(?:incident\.json|diagnosis\.json|report\.(?:md|html|svg))$/;

function* membersOf(dir: string): Generator<Member> {
  for (const { name, path, size } of filesOf(dir)) yield { name, size, content: createReadStream(path) };
}

function filesOf(dir: string): { readonly name: string; readonly path: string; readonly size: number }[] {
  const id = basename(dir);
  const own = readdirSync(dir).filter((name) => OWN.test(name));
  const evidence = readdirSync(join(dir, "bundle")).map((name) => `bundle/${name}`);
  return [...own, ...evidence].sort().flatMap((name) => {
    const path = join(dir, name);
    const found = lstatSync(path);
    // What is being written has a name of its own until it is whole.
    return found.isFile() && !name.endsWith(".tmp") ? [{ name: `${id}/${name}`, path, size: found.size }] : [];
  });
}
