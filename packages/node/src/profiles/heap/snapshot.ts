import { chmodSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics, writeHeapSnapshot } from "node:v8";
import { makeDirectory } from "../../files/make-directory.js";

/** Analyses of memory that are kept, the newest: each is as large as the heap, and more. */
const KEPT = 3;
const SUFFIX = ".heapsnapshot";
let written = 0;

/** A snapshot that was written. */
export interface HeapSnapshotFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes a snapshot of this thread's heap below `dir`, for its owner alone, and takes away all but the last three there. It holds the thread for
 * about 0.1 s for each MiB, and every text that is in memory is in it. `undefined` where the heap is larger than `maxHeap` bytes.
 */
export function writeSnapshot(dir: string, maxHeap: number): HeapSnapshotFile | undefined {
  if (getHeapStatistics().used_heap_size > maxHeap) return undefined;
  makeDirectory(dir);
  const name = `heap-${new Date().toISOString().replace(/[-:.]/g, "")}-${process.pid}-${written++}${SUFFIX}`;
  const path = writeHeapSnapshot(join(dir, name));
  chmodSync(path, 0o600);
  keepNewest(dir);
  return { path, bytes: statSync(path).size };
}

function keepNewest(dir: string): void {
  // Their names rise with time.
  const all = readdirSync(dir)
    .filter((name) => name.startsWith("heap-") && name.endsWith(SUFFIX))
    .sort();
  for (const name of all.slice(0, -KEPT)) rmSync(join(dir, name), { force: true });
}
