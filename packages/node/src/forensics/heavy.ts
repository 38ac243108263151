import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, closeSync, openSync, readSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics, writeHeapSnapshot } from "node:v8";
import type { LeftOut } from "./bundle.js";

/** What is only taken when asked for, of a process that leaves: how large it may be, in bytes. */
export interface HeavyEvidence {
  readonly heapSnapshot?: number | undefined;
  readonly coreDump?: number | undefined;
}

/** A file of evidence that was written past memory. */
export interface HeavyFile {
  readonly name: string;
  readonly kind: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What was taken, and what was not and why. */
export interface HeavyResult {
  readonly files: readonly HeavyFile[];
  readonly leftOut: readonly LeftOut[];
}

export const SNAPSHOT = "bundle/heap.heapsnapshot";
export const CORE = "bundle/core";

/** Bytes of a snapshot by those of the heap: 1.24 at 50 MB and 1.3 at 400 MB, as measured. */
const SNAPSHOT_FACTOR = 1.4;
const CORE_TIME = 120_000;

/**
 * Takes them of this process, which does nothing else meanwhile: a snapshot of a heap of 400 MB takes half a minute, a core dump ten seconds.
 * To be called when nobody waits any more. What would be over its budget, or over the free space of the disk, is left out.
 */
export function takeHeavy(dir: string, wanted: HeavyEvidence): HeavyResult {
  const files: HeavyFile[] = [];
  const leftOut: LeftOut[] = [];
  const take = (name: string, kind: string, write: (path: string) => string | undefined): void => {
    const path = join(dir, name);
    // Whole or not at all.
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const why = write(temporary);
      if (why !== undefined) leftOut.push({ file: name, why });
      else {
        chmodSync(temporary, 0o600);
        files.push({ name, kind, ...measure(temporary) });
        renameSync(temporary, path);
      }
    } catch (error) {
      leftOut.push({ file: name, why: `it could not be taken: ${error instanceof Error ? error.message : error}` });
    } finally {
      rmSync(temporary, { force: true });
    }
  };
  const { heapSnapshot, coreDump } = wanted;
  if (heapSnapshot !== undefined) take(SNAPSHOT, "heap-snapshot", (path) => snapshot(path, dir, heapSnapshot));
  if (coreDump !== undefined) take(CORE, "core-dump", (path) => core(path, dir, coreDump));
  return { files, leftOut };
}

function snapshot(path: string, dir: string, budget: number): string | undefined {
  const expected = getHeapStatistics().used_heap_size * SNAPSHOT_FACTOR;
  const why = whyNot(expected, budget, dir);
  if (why === undefined) writeHeapSnapshot(path);
  return why;
}

/** By gdb's `gcore`, which adds the process id to the name it is given. */
function core(path: string, dir: string, budget: number): string | undefined {
  const why = whyNot(process.memoryUsage.rss(), budget, dir);
  if (why !== undefined) return why;
  const written = `${path}.${process.pid}`;
  try {
    const args = ["-o", path, String(process.pid)];
    const { error, status, stderr } = spawnSync("gcore", args, {
      timeout: CORE_TIME,
      killSignal: "SIGKILL",
      encoding: "utf8",
    });
    if (error && "code" in error && error.code === "ENOENT") return "gcore, a part of gdb, is not there";
    if (error || status !== 0) return `gcore failed: ${error?.message ?? lastLine(stderr)}`;
    const used = statSync(written).blocks * 512;
    if (used > budget) return `it has ${used} bytes, more than its budget of ${budget}`;
    renameSync(written, path);
    return undefined;
  } finally {
    rmSync(written, { force: true });
  }
}

function whyNot(expected: number, budget: number, dir: string): string | undefined {
  const size = Math.round(expected);
  if (size > budget) return `it would have about ${size} bytes, more than its budget of ${budget}`;
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  return size * 1.1 > free ? `it would have about ${size} bytes, and the disk has ${free} left` : undefined;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

const CHUNK = 2 ** 20;

function measure(path: string): { bytes: number; sha256: string } {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(CHUNK);
  let bytes = 0;
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest("hex") };
}
