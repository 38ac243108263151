import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

/** How much the old space has to have grown since the last mark-sweep collection, in bytes, and how long that has to be ago, in milliseconds. */
const GROWN = 500_000;
const AGO = 1_000;
/** Where less than this share of it was in use, it has to grow twice as much the next time: no more, as a leak is to be told as soon as before. */
const KEPT = 0.25;
const MOST_GROWN = 1_000_000;
/** Bytes of old space up to which a collection takes a few hundredths of a second at most. */
const SMALL = 64_000_000;
const AT_ONCE = 14;
/** Milliseconds after which there may be one more. */
const REFILL = 30_000;

/**
 * Has the runtime collect where a small heap grows and nobody knows what of it is in use: while it is far from its limit V8 makes a mark-sweep
 * collection only every ten seconds or so, and a leak looks like garbage until then. At most fourteen, and one more each 30 s; fewer where what
 * grows turns out to be garbage, as it does in any service that is busy.
 */
export class FloorSource implements MainSource {
  readonly gives = [] as const;
  readonly #collect: () => void;
  #floor = Number.NaN;
  #since = 0;
  #left = AT_ONCE;
  #refill = 0;
  #needed = GROWN;
  /** By how much the old space had grown when it was collected here. */
  #grown = Number.NaN;

  constructor(collect: () => void = collector()) {
    this.#collect = collect;
  }

  /** After those that count collections and read the heap. */
  read(figures: Figures, elapsed: number): void {
    const old = figures[FIGURE.heap_old_bytes] as number;
    this.#refill += elapsed;
    if (this.#refill >= REFILL) {
      this.#refill = 0;
      this.#left = Math.min(AT_ONCE, this.#left + 1);
    }
    this.#since += elapsed;
    if ((figures[FIGURE.gc_major_count] as number) > 0 || Number.isNaN(this.#floor)) this.#collected(old);
    const isDue = this.#since >= AGO && old - this.#floor >= this.#needed && old <= SMALL && this.#left > 0;
    if (!isDue) return;
    this.#since = 0;
    this.#grown = old - this.#floor;
    this.#left--;
    this.#collect();
  }

  #collected(old: number): void {
    if (old - this.#floor < this.#grown * KEPT) this.#needed = Math.min(MOST_GROWN, this.#needed * 2);
    else if (!Number.isNaN(this.#grown)) this.#needed = GROWN;
    this.#grown = Number.NaN;
    this.#floor = old;
    this.#since = 0;
  }
}

/** V8's own function, as `--expose-gc` gives it. Without that no context of the application gets it. */
function collector(): () => void {
  const { gc: exposed } = globalThis as { readonly gc?: () => void };
  if (exposed) return () => exposed();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return () => collect();
}
