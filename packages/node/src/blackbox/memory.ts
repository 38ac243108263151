/**
 * The memory that the main thread and the watchdog share, and that the watchdog keeps in a file: what is in it outlives a main thread
 * that is blocked, and a process that is killed. Sections lie one after the other; each has one writer.
 */
export interface BlackBox {
  readonly buffer: SharedArrayBuffer | ArrayBuffer;
  /** Counters, written with `Atomics`: see `CELL`. */
  readonly cells: Int32Array;
  /** What the main thread reads of itself, the newest only. */
  readonly slot: Float64Array;
  /** When each sample was made, milliseconds since 1970; written by the watchdog. */
  readonly times: Float64Array;
  /** The samples of the last minutes, in rows; written by the watchdog. With seven digits: of a gigabyte that is 64 bytes. */
  readonly samples: Float32Array;
  /** What happened, in records of `RECORD_BYTES`; written by the main thread. */
  readonly records: DataView;
  /** Requests in flight, in entries of `ENTRY_BYTES`; written by the main thread. */
  readonly inFlight: DataView;
  /** Texts that records refer to; written by the main thread. */
  readonly names: Uint8Array;
}

/**
 * Counters at the beginning of the memory. `slot` is odd while the main thread writes its figures, `taken` is its value when they were last
 * made a sample of. `state`, `opened` and `inspected` are of the main thread, for the watchdog: whether it takes requests, how many it
 * ever got, and whether a person can look into it with a debugger.
 */
export const CELL = {
  beat: 0,
  slot: 1,
  samples: 2,
  records: 3,
  inFlight: 4,
  names: 5,
  file: 6,
  taken: 7,
  state: 16,
  opened: 17,
  inspected: 18,
  nameBytes: 20,
  highestEntry: 21,
  overflow: 22,
} as const;

/** Numbers of a row: room for an interval and the figures of it. */
export const ROW = 96;
/** Samples that are kept: five minutes of one each 200 ms. */
export const ROWS = 1_500;
/** Records that are kept. */
export const RECORDS = 8_192;
/** Bytes of a record. */
export const RECORD_BYTES = 192;
/** Requests in flight that are known one by one. */
export const ENTRIES = 2_048;
/** Bytes of an entry. */
export const ENTRY_BYTES = 128;

const CELLS = 1_024;
const NAMES = 131_072;

const sizes = {
  cells: CELLS * 4,
  slot: ROW * 8,
  times: ROWS * 8,
  samples: ROW * ROWS * 4,
  records: RECORDS * RECORD_BYTES,
  inFlight: ENTRIES * ENTRY_BYTES,
  names: NAMES,
} as const;

/** Bytes of the whole. */
export const BLACK_BOX_BYTES: number = Object.values(sizes).reduce((sum, size) => sum + size, 0);

/** A new one, in memory that threads share. */
export function makeBlackBox(): BlackBox {
  return blackBoxOf(new SharedArrayBuffer(BLACK_BOX_BYTES));
}

/** The sections of a memory: of one that another thread made, or that was read from a file. Throws `RangeError` for one that is too small. */
export function blackBoxOf(buffer: SharedArrayBuffer | ArrayBuffer): BlackBox {
  let next = 0;
  const place = (size: number): number => {
    const at = next;
    next += size;
    return at;
  };
  return {
    buffer,
    cells: new Int32Array(buffer, place(sizes.cells), CELLS),
    slot: new Float64Array(buffer, place(sizes.slot), ROW),
    times: new Float64Array(buffer, place(sizes.times), ROWS),
    samples: new Float32Array(buffer, place(sizes.samples), ROW * ROWS),
    records: new DataView(buffer, place(sizes.records), sizes.records),
    inFlight: new DataView(buffer, place(sizes.inFlight), sizes.inFlight),
    names: new Uint8Array(buffer, place(sizes.names), NAMES),
  };
}
