import { BUCKETS, bucketOf } from "./buckets.js";

/** What was recorded, as it is handed from one thread to another: plain, and as small as what happened. */
export interface RecordedLatency {
  /** Since when there is a recording, in milliseconds since 1970. */
  readonly since: number;
  /** Until when the slices tell everything: what is to be asked for next. */
  readonly until: number;
  /** How long a slice is, in milliseconds. */
  readonly width: number;
  /** Routes by number, with their method. */
  readonly routes: readonly string[];
  readonly slices: readonly PackedSlice[];
}

/** One slice of time. `cells` has for each route: its number, errors, cancelled, how many pairs follow, and pairs of bucket and count. */
export interface PackedSlice {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly cells: Uint32Array;
}

/** A route of which something ended in the running slice: errors, cancelled, then the buckets. */
type Row = Uint32Array;

const ERRORS = 0;
const CANCELLED = 1;
const FIRST = 2;

/** The route of what found no room of its own. */
export const OTHER = "other";

export interface Bounds {
  /** Milliseconds. */
  readonly width: number;
  /** How many slices are kept. */
  readonly slices: number;
  /** How many routes are told apart. */
  readonly routes: number;
  /** How many numbers all kept slices may have together; the oldest go first. */
  readonly cells: number;
}

const DEFAULT: Bounds = { width: 1_000, slices: 120, routes: 100, cells: 250_000 };

/** Counts requests by route and duration, in slices of time. Writers touch one row; a slice is packed when it is over. */
export class Recording {
  readonly #bounds: Bounds;
  readonly #since: number;
  readonly #byRoute = new Map<string, Map<string, number>>();
  readonly #names: string[] = [];
  readonly #rows: Row[] = [];
  readonly #used: Uint8Array;
  #slice: number;
  #packed: PackedSlice[] = [];
  #cells = 0;

  /** `now` and all times that follow: milliseconds since 1970, on a clock that does not go back. */
  constructor(now: number, bounds: Partial<Bounds> = {}) {
    this.#bounds = { ...DEFAULT, ...bounds };
    this.#since = now;
    this.#slice = Math.floor(now / this.#bounds.width);
    this.#used = new Uint8Array(this.#bounds.routes + 1);
  }

  record(now: number, method: string, route: string, status: number, milliseconds: number): void {
    this.#turn(now);
    const index = this.#byRoute.get(route)?.get(method) ?? this.#add(method, route);
    const row = this.#rows[index] as Row;
    const cell = FIRST + bucketOf(milliseconds);
    row[cell] = (row[cell] as number) + 1;
    if (status >= 500) row[ERRORS] = (row[ERRORS] as number) + 1;
    else if (status === 499) row[CANCELLED] = (row[CANCELLED] as number) + 1;
    this.#used[index] = 1;
  }

  /** The slices that are over and began at `since` or later. */
  read(now: number, since = 0): RecordedLatency {
    this.#turn(now);
    const { width } = this.#bounds;
    return {
      since: this.#since,
      until: this.#slice * width,
      width,
      routes: [...this.#names],
      slices: this.#packed.filter(({ at }) => at >= since),
    };
  }

  #turn(now: number): void {
    const slice = Math.floor(now / this.#bounds.width);
    if (slice <= this.#slice) return;
    this.#pack();
    this.#slice = slice;
    const oldest = (slice - this.#bounds.slices) * this.#bounds.width;
    for (let first = this.#packed[0]; first !== undefined; first = this.#packed[0]) {
      const isOver = this.#cells > this.#bounds.cells && this.#packed.length > 1;
      if (first.at >= oldest && !isOver) break;
      this.#packed.shift();
      this.#cells -= first.cells.length;
    }
  }

  #pack(): void {
    const cells: number[] = [];
    for (const [index, row] of this.#rows.entries()) {
      if (this.#used[index] === 0) continue;
      const head = cells.push(index, row[ERRORS] as number, row[CANCELLED] as number, 0);
      for (let i = FIRST; i < row.length; i++) {
        if (row[i] !== 0) cells.push(i - FIRST, row[i] as number);
      }
      cells[head - 1] = (cells.length - head) / 2;
      row.fill(0);
    }
    this.#used.fill(0);
    if (cells.length === 0) return;
    this.#packed.push({ at: this.#slice * this.#bounds.width, cells: Uint32Array.from(cells) });
    this.#cells += cells.length;
  }

  /** Gives a route its row, or that of `other`. */
  #add(method: string, route: string): number {
    const hasRoom = this.#names.length < this.#bounds.routes;
    if (!hasRoom) return this.#overflow();
    let methods = this.#byRoute.get(route);
    if (!methods) {
      methods = new Map();
      this.#byRoute.set(route, methods);
    }
    const index = this.#names.push(`${method} ${route}`) - 1;
    methods.set(method, index);
    this.#rows[index] = new Uint32Array(FIRST + BUCKETS);
    return index;
  }

  #overflow(): number {
    const index = this.#bounds.routes;
    if (this.#rows[index] === undefined) {
      this.#names[index] = OTHER;
      this.#rows[index] = new Uint32Array(FIRST + BUCKETS);
    }
    return index;
  }
}
