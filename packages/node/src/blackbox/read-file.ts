import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type BoxHeader, HEADER_BYTES } from "./file.js";
import {
  BLACK_BOX_BYTES,
  type BlackBox,
  blackBoxOf,
  CELL,
  ENTRIES,
  ENTRY_BYTES,
  RECORD_BYTES,
  RECORDS,
  ROW,
  ROWS,
} from "./memory.js";

/** A file of a black box as it was found. */
export interface FoundBox {
  /** `undefined` where it cannot be read. */
  readonly header: BoxHeader | undefined;
  /** What the file does not have is zero. */
  readonly box: BlackBox;
  /** Which parts of the file cannot be used, and why. */
  readonly unusable: readonly string[];
}

const SECTIONS = ["cells", "slot", "times", "samples", "records", "inFlight", "names"] as const;

/** What a file says of the process that it is of; `undefined` where it cannot be read. Nothing else of it is read. */
export function readBoxHeader(path: string): BoxHeader | undefined {
  const bytes = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, bytes, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return headerOf(bytes.toString("utf8"));
}

/** Reads the file of a black box, as much of it as there is. Throws where there is no such file. */
export function readBoxFile(path: string): FoundBox {
  const file = readFileSync(path);
  const memory = new ArrayBuffer(BLACK_BOX_BYTES);
  const there = file.subarray(HEADER_BYTES, HEADER_BYTES + BLACK_BOX_BYTES);
  new Uint8Array(memory).set(there);
  const box = blackBoxOf(memory);
  const header = headerOf(file.subarray(0, HEADER_BYTES).toString("utf8"));
  const unusable = header ? [] : ["header: it is not one of a black box of this version"];
  // A ring that has not come round yet ends before its section does, and names and entries do too.
  const written = Atomics.load(box.cells, CELL.records);
  const sampled = Math.min(Atomics.load(box.cells, CELL.samples), ROWS);
  const needed: Readonly<Partial<Record<(typeof SECTIONS)[number], number>>> = {
    cells: box.cells.byteLength,
    times: sampled * 8,
    samples: sampled * ROW * 4,
    records: Math.min(written, RECORDS) * RECORD_BYTES,
    inFlight: Math.min(Atomics.load(box.cells, CELL.highestEntry), ENTRIES) * ENTRY_BYTES,
    names: Atomics.load(box.cells, CELL.nameBytes),
  };
  for (const name of SECTIONS) {
    const { byteOffset } = box[name];
    if (byteOffset + (needed[name] ?? 0) > there.length) {
      unusable.push(`${name}: the file ends ${Math.max(0, there.length - byteOffset)} bytes into it`);
    }
  }
  return { header, box, unusable };
}

function headerOf(text: string): BoxHeader | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const { schema, service, pid, startedAt, identity } = Object(read) as Partial<Record<keyof BoxHeader, unknown>>;
    const isKnown = schema === "sop.box/2" && typeof service === "string" && typeof identity === "string";
    return isKnown && Number.isInteger(pid) && Number.isFinite(startedAt) ? (read as BoxHeader) : undefined;
  } catch {
    return undefined;
  }
}
