import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

/** Figures that take a longer look are as of at most so many milliseconds ago. */
const EVERY = 1_000;
const OLD: readonly string[] = ["old_space", "large_object_space"];

/** The heap, and the memory outside of it that its objects hold. */
export class MemorySource implements MainSource {
  readonly gives = [
    "heap_used_bytes",
    "heap_old_bytes",
    "heap_limit_bytes",
    "external_bytes",
    "array_buffers_bytes",
  ] as const;
  #since = Number.POSITIVE_INFINITY;
  #old = Number.NaN;
  #buffers = Number.NaN;

  read(figures: Figures, elapsed: number): void {
    const { used_heap_size, heap_size_limit, external_memory } = getHeapStatistics();
    figures[FIGURE.heap_used_bytes] = used_heap_size;
    figures[FIGURE.heap_limit_bytes] = heap_size_limit;
    figures[FIGURE.external_bytes] = external_memory;
    this.#since += elapsed;
    // What a collection left is read before the application adds to it.
    if (this.#since >= EVERY || (figures[FIGURE.gc_major_count] as number) > 0) this.#look();
    figures[FIGURE.heap_old_bytes] = this.#old;
    figures[FIGURE.array_buffers_bytes] = this.#buffers;
  }

  #look(): void {
    this.#since = 0;
    this.#buffers = process.memoryUsage().arrayBuffers;
    this.#old = 0;
    for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
      if (OLD.includes(space_name)) this.#old += space_used_size;
    }
  }
}
