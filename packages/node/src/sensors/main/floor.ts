import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

/** How much the old space has to have grown since the last mark-sweep collection, in bytes, and how long that has to be ago, in milliseconds. */
const GROWN = 500_000;
const AGO = 1_000;
/** What is read after a scavenge has the garbage of up to a fifth of a second in it. */
const SCAVENGED = 2_000_000;
/** While as much of it was in use, it is looked at again after so many milliseconds. */
const AGAIN = 2_000;
/** Where less than this share of it was in use, it has to grow twice as much the next time: no more, as a leak is to be told as soon as before. */
const KEPT = 0.25;
const CAUTIOUS = 2;
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
  #used = Number.NaN;
  #since = 0;
  #left = AT_ONCE;
  #refill = 0;
  /** 1, or `CAUTIOUS` after what was garbage. */
  #caution = 1;
  #isKept = false;
  /** By how much the heap had grown when it was collected here. */
  #grown = Number.NaN;

  constructor(collect: () => void = collector()) {
    this.#collect = collect;
  }

  /** After those that count collections and read the heap. */
  read(figures: Figures, elapsed: number): void {
    const old = figures[FIGURE.heap_old_bytes] as number;
    const used = figures[FIGURE.heap_used_bytes] as number;
    this.#refill += elapsed;
    if (this.#refill >= REFILL) {
      this.#refill = 0;
      this.#left = Math.min(AT_ONCE, this.#left + 1);
    }
    this.#since += elapsed;
    if ((figures[FIGURE.gc_major_count] as number) > 0 || Number.isNaN(this.#floor)) this.#collected(old, used);
    // While nothing is promoted yet, what is kept is in what scavenges leave.
    const isScavenged = (figures[FIGURE.gc_minor_count] as number) > 0;
    const needed = isScavenged && used - this.#used >= SCAVENGED * this.#caution ? 0 : GROWN * this.#caution;
    const isGrown = this.#since >= AGO && old - this.#floor >= needed;
    const isDue = isGrown || (this.#isKept && this.#since >= AGAIN);
    if (!isDue || old > SMALL || this.#left === 0) return;
    this.#since = 0;
    this.#grown = Math.max(old - this.#floor, isScavenged ? used - this.#used : 0);
    this.#left--;
    this.#collect();
  }

  #collected(old: number, used: number): void {
    const kept = old - this.#floor;
    if (!Number.isNaN(this.#grown)) this.#caution = kept < this.#grown * KEPT ? CAUTIOUS : 1;
    this.#isKept = kept >= GROWN;
    this.#grown = Number.NaN;
    this.#floor = old;
    this.#used = used;
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
