import type { CallOutcome } from "../http/outcome.js";
import { putAscii } from "./ascii.js";
import { type BlackBox, CELL, RECORD_BYTES, RECORDS } from "./memory.js";
import { AT, ID_BYTES, KINDS, MORE_BYTES, MOST_MORE, ORIGINS, OUTCOMES, TEXT_BYTES, TRACE_BYTES } from "./record.js";

type Kind = (typeof KINDS)[number];

const NUMBER = Object.fromEntries(KINDS.map((kind, i) => [kind, i])) as Readonly<Record<Kind, number>>;
const LIMIT = TEXT_BYTES + MOST_MORE * MORE_BYTES;

/** What is written of code that failed; `text` says the rest, and is masked. */
export interface PanicNote {
  readonly at: number;
  readonly origin: (typeof ORIGINS)[number];
  readonly method: number;
  readonly route: number;
  readonly requestId: string;
  readonly text: string;
}

/**
 * Writes what happens into the memory's records, one after the other and round again. Requests and calls make no garbage. Names are numbers
 * of `Names`; texts must be masked. One thread writes.
 */
export class RecordRing {
  readonly #records: DataView;
  readonly #cells: Int32Array;
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(LIMIT);
  #written = 0;

  constructor({ records, cells }: BlackBox) {
    this.#records = records;
    this.#cells = cells;
  }

  /** A request ended. `traceId`: empty where it is not recorded. */
  request(
    at: number,
    method: number,
    route: number,
    status: number,
    duration: number,
    isExpired: boolean,
    id: string,
    traceId: string,
  ): void {
    const start = this.#begin(NUMBER.request, at, id);
    const records = this.#records;
    records.setUint8(start + AT.detail, isExpired ? 1 : 0);
    records.setUint16(start + AT.status, status);
    records.setFloat64(start + AT.duration, duration);
    records.setUint16(start + AT.method, method);
    records.setUint16(start + AT.name, route);
    records.setUint16(start + AT.from, putAscii(records, start + AT.trace, traceId, TRACE_BYTES));
    this.#end(start);
  }

  /** A call ended. `from`: the name of the route that made it. */
  call(
    at: number,
    host: number,
    from: number,
    status: number,
    outcome: CallOutcome,
    duration: number,
    isRetry: boolean,
    id: string,
  ): void {
    const start = this.#begin(NUMBER.call, at, id);
    const records = this.#records;
    records.setUint8(start + AT.detail, OUTCOMES.indexOf(outcome));
    records.setUint16(start + AT.status, status);
    records.setFloat64(start + AT.duration, duration);
    records.setUint16(start + AT.method, isRetry ? 1 : 0);
    records.setUint16(start + AT.name, host);
    records.setUint16(start + AT.from, from);
    this.#end(start);
  }

  /** Code failed. */
  panic({ at, origin, method, route, requestId, text }: PanicNote): void {
    const start = this.#begin(NUMBER.panic, at, requestId);
    this.#records.setUint8(start + AT.detail, ORIGINS.indexOf(origin));
    this.#records.setUint16(start + AT.method, method);
    this.#records.setUint16(start + AT.name, route);
    this.#text(start, text);
  }

  /** Something else happened; `detail`: a number below 256. */
  note(
    kind: Exclude<Kind, "" | "request" | "call" | "panic" | "more">,
    at: number,
    text: string,
    id = "",
    detail = 0,
  ): void {
    const start = this.#begin(NUMBER[kind], at, id);
    this.#records.setUint8(start + AT.detail, detail);
    this.#text(start, text);
  }

  #begin(kind: number, at: number, id: string): number {
    const records = this.#records;
    const start = (this.#written % RECORDS) * RECORD_BYTES;
    // Neither end has a number while it is being written.
    records.setUint32(start + AT.number, 0);
    records.setUint32(start + AT.numberAgain, 0);
    records.setUint8(start + AT.kind, kind);
    records.setFloat64(start + AT.at, at);
    records.setUint8(start + AT.idLength, putAscii(records, start + AT.id, id, ID_BYTES));
    records.setUint8(start + AT.textLength, 0);
    return start;
  }

  #end(start: number): void {
    this.#written++;
    this.#records.setUint32(start + AT.numberAgain, this.#written);
    this.#records.setUint32(start + AT.number, this.#written);
    Atomics.store(this.#cells, CELL.records, this.#written);
  }

  /** Ends a record with a text, which goes on in others where it does not fit. */
  #text(start: number, text: string): void {
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    let done = Math.min(written, TEXT_BYTES);
    this.#put(start, AT.text, 0, done);
    this.#end(start);
    const at = this.#records.getFloat64(start + AT.at);
    while (done < written) {
      const next = Math.min(written - done, MORE_BYTES);
      const more = this.#begin(NUMBER.more, at, "");
      this.#put(more, AT.id, done, next);
      this.#end(more);
      done += next;
    }
  }

  #put(start: number, at: number, from: number, length: number): void {
    for (let i = 0; i < length; i++) this.#records.setUint8(start + at + i, this.#bytes[from + i] as number);
    this.#records.setUint8(start + AT.textLength, length);
  }
}
