import { closeSync, fstatSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeDirectory } from "../files/make-directory.js";
import {
  BLACK_BOX_BYTES,
  type BlackBox,
  CELL,
  ENTRIES,
  ENTRY_BYTES,
  RECORD_BYTES,
  RECORDS,
  ROW,
  ROWS,
} from "./memory.js";

/** What a file of a black box says of the process that it is of. */
export interface BoxHeader {
  readonly schema: "sop.box/2";
  readonly service: string;
  readonly pid: number;
  /** Milliseconds since 1970: when the process was started. */
  readonly startedAt: number;
  /** What tells it from another process of that number: see `identityOf`. */
  readonly identity: string;
  readonly node: string;
  readonly cwd: string;
  readonly entry?: string | undefined;
  readonly commit?: string | undefined;
  readonly image?: string | undefined;
}

/** Bytes before the memory: a line of JSON, filled up with blanks. */
export const HEADER_BYTES = 4_096;
/** How often it is looked at whether somebody removed it. */
const LOOK = 25;
const MODE = 0o600;

/**
 * Keeps the memory in a file, by writing what has changed: once it is written, it is the system's to keep, so the death of the process, however
 * sudden, takes nothing of it. It is made at the first `flush`.
 */
export class BlackBoxFile {
  readonly #path: string;
  readonly #header: BoxHeader;
  readonly #box: BlackBox;
  readonly #bytes: Uint8Array;
  #file: number | undefined;
  #records = 0;
  #samples = 0;
  #nameBytes = 0;
  #flushes = 0;

  constructor(path: string, header: BoxHeader, box: BlackBox) {
    this.#path = path;
    this.#header = header;
    this.#box = box;
    this.#bytes = new Uint8Array(box.buffer as ArrayBuffer);
  }

  /**
   * Writes what has changed since the last time. Throws where the disk does not take it: what is in the file stays, and the next time goes on
   * from there.
   */
  flush(): void {
    if (this.#file !== undefined && ++this.#flushes % LOOK === 0 && fstatSync(this.#file).nlink === 0) this.close();
    if (this.#file === undefined) this.#open();
    else this.#write();
  }

  /** Writes no more. The file stays. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Writes no more, and removes the file: the process ended well. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  /** The whole of it, so that a disk that becomes full later has room for what changes. */
  #open(): void {
    makeDirectory(dirname(this.#path));
    const file = openSync(this.#path, "w", MODE);
    try {
      const header = Buffer.alloc(HEADER_BYTES, " ");
      header.write(JSON.stringify(this.#header));
      writeSync(file, header, 0, HEADER_BYTES, 0);
      const { cells } = this.#box;
      this.#records = Atomics.load(cells, CELL.records);
      this.#samples = Atomics.load(cells, CELL.samples);
      this.#nameBytes = Atomics.load(cells, CELL.nameBytes);
      this.#range(file, 0, BLACK_BOX_BYTES);
      this.#file = file;
    } catch (error) {
      closeSync(file);
      rmSync(this.#path, { force: true });
      throw error;
    }
  }

  #write(): void {
    const file = this.#file as number;
    const { cells, slot, times, samples, records, inFlight, names } = this.#box;
    const written = Atomics.load(cells, CELL.records);
    this.#ring(file, records.byteOffset, RECORD_BYTES, RECORDS, this.#records, written);
    this.#records = written;
    const sampled = Atomics.load(cells, CELL.samples);
    this.#ring(file, samples.byteOffset, ROW * 4, ROWS, this.#samples, sampled);
    this.#ring(file, times.byteOffset, 8, ROWS, this.#samples, sampled);
    this.#samples = sampled;
    const named = Math.min(Atomics.load(cells, CELL.nameBytes), names.length);
    this.#range(file, names.byteOffset + this.#nameBytes, named - this.#nameBytes);
    this.#nameBytes = named;
    this.#range(file, inFlight.byteOffset, Math.min(Atomics.load(cells, CELL.highestEntry), ENTRIES) * ENTRY_BYTES);
    // Last: they say how far the others go.
    this.#range(file, cells.byteOffset, cells.byteLength);
    this.#range(file, slot.byteOffset, slot.byteLength);
  }

  /** What came to a ring of `capacity` rows between two counts. */
  #ring(file: number, start: number, row: number, capacity: number, from: number, to: number): void {
    const first = Math.max(from, to - capacity) % capacity;
    const count = Math.min(to - from, capacity);
    const before = Math.min(count, capacity - first);
    this.#range(file, start + first * row, before * row);
    this.#range(file, start, (count - before) * row);
  }

  #range(file: number, start: number, length: number): void {
    let done = 0;
    while (done < length) {
      const at = start + done;
      done += writeSync(file, this.#bytes, at, length - done, HEADER_BYTES + at);
    }
  }
}
