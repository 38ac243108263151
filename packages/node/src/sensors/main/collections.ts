import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants;
/** The other young collector's, which Node 20 has no name for. */
const MINOR_MARK_SWEEP = 2;

// Node's types leave it out.
const SUPPORTED =
  (PerformanceObserver as { readonly supportedEntryTypes?: readonly string[] }).supportedEntryTypes ?? [];

interface Collection extends PerformanceEntry {
  readonly detail?: { readonly kind?: number } | undefined;
}

/** Garbage collections: their time, their kinds, and what a mark-sweep collection left. */
export class CollectionsSource implements MainSource {
  readonly gives = ["gc_ms", "gc_major_count", "gc_minor_count"] as const;
  readonly missing: string | undefined;
  readonly #observer: PerformanceObserver | undefined;
  readonly #usual: number;
  #milliseconds = 0;
  #major = 0;
  #minor = 0;
  #left = Number.NaN;

  /** `usual`: milliseconds between two readings. */
  constructor(usual: number) {
    this.#usual = usual;
    if (!SUPPORTED.includes("gc")) {
      this.missing = "this runtime does not tell of garbage collections";
      return;
    }
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByType("gc")) this.#count(entry);
    });
    this.#observer.observe({ type: "gc" });
  }

  read(figures: Figures, elapsed: number): void {
    // Node tells of them in a later turn. Of a turn that was long, they belong to the same sample as its delay.
    if (elapsed > this.#usual) for (const entry of this.#observer?.takeRecords() ?? []) this.#count(entry);
    figures[FIGURE.gc_ms] = this.#milliseconds;
    figures[FIGURE.gc_major_count] = this.#major;
    figures[FIGURE.gc_minor_count] = this.#minor;
    figures[FIGURE.heap_after_gc_bytes] = this.#left;
    this.#milliseconds = 0;
    this.#major = 0;
    this.#minor = 0;
  }

  stop(): void {
    this.#observer?.disconnect();
  }

  #count({ duration, detail }: Collection): void {
    this.#milliseconds += duration;
    if (detail?.kind === MINOR || detail?.kind === MINOR_MARK_SWEEP) this.#minor++;
    if (detail?.kind !== MAJOR) return;
    this.#major++;
    this.#left = getHeapStatistics().used_heap_size;
  }
}
