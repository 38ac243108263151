/** One member of an archive: its name, and its content in pieces. */
export interface Member {
  readonly name: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const BLOCK = 512;
const MOST_NAME = 100;
const EMPTY = new Uint8Array(0);

/**
 * Writes an archive of plain files in the format of POSIX.1-1988 ("ustar", IEEE Std 1003.1), which every tar reads. The same members give the
 * same bytes: nobody owns them, and all are of one time. `at`: seconds since 1970. Throws a RangeError for a name of more than 100 bytes.
 */
export async function* writeTar(members: Iterable<Member>, at: number): AsyncGenerator<Uint8Array> {
  for (const { name, size, content } of members) {
    yield tarHeader(name, size, at);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      if (written > size) throw new Error(`${name} has become longer while it was packed`);
      yield piece;
    }
    if (written < size) throw new Error(`${name} has become shorter while it was packed`);
    yield tarPadding(size);
  }
  yield TAR_END;
}

/** What an archive ends with. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** What stands before a member's content. */
export function tarHeader(name: string, size: number, at: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > MOST_NAME)
    throw new RangeError(`${name}: a name in an archive has at most ${MOST_NAME} bytes`);
  block.write(name, 0);
  block.write("0000600\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  octal(size, 11).copy(block, 124);
  octal(at, 11).copy(block, 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\0" + "00", 257);
  block.write(`${sumOf(block).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** What is too large for octal digits is written in base 256, as GNU and BSD do. */
function octal(value: number, digits: number): Buffer {
  const text = Math.floor(value).toString(8);
  if (text.length <= digits) return Buffer.from(`${text.padStart(digits, "0")}\0`);
  const bytes = Buffer.alloc(digits + 1);
  bytes.writeBigUInt64BE(BigInt(value), digits + 1 - 8);
  bytes[0] = 0x80;
  return bytes;
}

/** What stands behind it. */
export function tarPadding(size: number): Uint8Array {
  const rest = size % BLOCK;
  return rest === 0 ? EMPTY : new Uint8Array(BLOCK - rest);
}

function sumOf(block: Buffer): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

/** What is at the begin of a member. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** `link`: of any kind. `other`: a device, a pipe, or what this does not know. */
  readonly kind: "file" | "directory" | "link" | "other";
}

/** Told of what an archive has, in its order. */
export interface TarListener {
  /** Whether the content is wanted. */
  begin(header: TarHeader): boolean;
  /** A piece of content that is. */
  piece(bytes: Uint8Array): void;
  end(): void;
}

/** The archive is none, or is damaged here. */
export class TarError extends Error {
  override readonly name = "TarError";
}

const LINKS: readonly string[] = ["1", "2"];

/** Reads an archive piece by piece, in as much memory as one piece takes. */
export class TarReader {
  readonly #listener: TarListener;
  #block = Buffer.alloc(0);
  #left = 0;
  #padding = 0;
  #isWanted = false;
  #isIn = false;
  #isOver = false;

  constructor(listener: TarListener) {
    this.#listener = listener;
  }

  /** Whether the end of the archive was seen: without it, something is missing. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes the next bytes. Throws a TarError where they are no archive. */
  take(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isOver) {
      if (this.#left > 0) at += this.#content(bytes.subarray(at, at + this.#left));
      else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, bytes.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else {
        const missing = BLOCK - this.#block.length;
        this.#block = Buffer.concat([this.#block, bytes.subarray(at, at + missing)]);
        at += missing;
        if (this.#block.length === BLOCK) this.#header();
      }
    }
  }

  #content(piece: Uint8Array): number {
    this.#left -= piece.length;
    if (this.#isWanted) this.#listener.piece(piece);
    if (this.#left === 0) this.#end();
    return piece.length;
  }

  #header(): void {
    const block = this.#block;
    this.#block = Buffer.alloc(0);
    if (block.every((byte) => byte === 0)) {
      this.#isOver = true;
      return;
    }
    const said = Number.parseInt(textAt(block, 148, 8), 8);
    block.fill(" ", 148, 156);
    if (said !== sumOf(block)) throw new TarError("it is no archive of tar, or damaged");
    const size = numberAt(block, 124, 12);
    const prefix = textAt(block, 345, 155);
    const name = textAt(block, 0, 100);
    const type = String.fromCharCode(block[156] ?? 0);
    const kind =
      type === "0" || type === "\0" ? "file" : type === "5" ? "directory" : LINKS.includes(type) ? "link" : "other";
    this.#isWanted = this.#listener.begin({ name: prefix === "" ? name : `${prefix}/${name}`, size, kind });
    this.#isIn = true;
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (size === 0) this.#end();
  }

  #end(): void {
    if (this.#isIn && this.#isWanted) this.#listener.end();
    this.#isIn = false;
  }
}

function textAt(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

function numberAt(block: Buffer, at: number, length: number): number {
  const isBinary = ((block[at] ?? 0) & 0x80) !== 0;
  const value = isBinary
    ? Number(block.readBigUInt64BE(at + length - 8))
    : Number.parseInt(textAt(block, at, length).trim() || "0", 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new TarError("the size of a member is no number");
  return value;
}
