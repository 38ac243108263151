import { HistogramTable } from "./histogram-table.js";
import { OTHER } from "./label-counter.js";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/** One series of the requests: its labels, and its histogram. */
export interface RequestSeries {
  readonly method: string;
  readonly route: string;
  /** The HTTP status as text, or `other`. */
  readonly status: string;
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  /** Counts by bucket of `DURATION_BUCKETS`, not cumulative; the last is `+Inf`. */
  readonly buckets: readonly number[];
}

/** Rows of a route and method by status: 100 to 599 have a cell each, so that the hot path looks nothing up by text. */
interface MethodRows {
  readonly method: string;
  readonly rows: Int32Array;
}

const STATUSES = 600;
const NO_ROW = -1;

/** The durations of requests by method, route and status, with a bound on the number of series. */
export class RequestSeriesTable {
  readonly #table: HistogramTable;
  readonly #labels: { method: string; route: string; status: string }[] = [];
  readonly #routes = new Map<string, Map<string, MethodRows>>();
  readonly #overflowed: () => void;
  readonly #overflowRows = new Map<string, number>();
  readonly #maxSeries: number;
  #told = false;

  /** `maxSeries`: how many series of their own there may be; what overflows is counted with `route="other"`. */
  constructor(maxSeries: number, overflowed: () => void) {
    this.#maxSeries = maxSeries;
    this.#overflowed = overflowed;
    // Room for `other`: one series a method and class of status.
    this.#table = new HistogramTable(maxSeries + (METHODS.length + 1) * 7);
  }

  record(method: string, route: string, status: number, milliseconds: number): void {
    let methods = this.#routes.get(route);
    if (methods === undefined) {
      if (this.#routes.size >= this.#maxSeries) return this.#recordOther(method, status, milliseconds);
      methods = new Map();
      this.#routes.set(route, methods);
    }
    const known = METHODS.includes(method) ? method : OTHER;
    let entry = methods.get(known);
    if (entry === undefined) {
      entry = { method: known, rows: new Int32Array(STATUSES).fill(NO_ROW) };
      methods.set(known, entry);
    }
    const cell = status >= 100 && status < STATUSES ? status : 0;
    let row = entry.rows[cell] as number;
    if (row === NO_ROW) {
      if (this.#labels.length - this.#overflowRows.size >= this.#maxSeries) {
        return this.#recordOther(method, status, milliseconds);
      }
      row = this.#addRow(known, route, cell === 0 ? OTHER : String(status));
      entry.rows[cell] = row;
    }
    this.#table.record(row, milliseconds);
  }

  read(): RequestSeries[] {
    return this.#labels.map((labels, row) => ({ ...labels, ...this.#table.read(row) }));
  }

  #addRow(method: string, route: string, status: string): number {
    this.#labels.push({ method, route, status });
    return this.#table.addRow();
  }

  #recordOther(method: string, status: number, milliseconds: number): void {
    if (!this.#told) {
      this.#told = true;
      this.#overflowed();
    }
    const known = METHODS.includes(method) ? method : OTHER;
    const about = status >= 100 && status < STATUSES ? `${Math.floor(status / 100)}xx` : OTHER;
    const key = `${known} ${about}`;
    let row = this.#overflowRows.get(key);
    if (row === undefined) {
      row = this.#addRow(known, OTHER, about);
      this.#overflowRows.set(key, row);
    }
    this.#table.record(row, milliseconds);
  }
}
