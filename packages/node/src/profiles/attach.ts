import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import type { Sop } from "@sop/core";
import { contribute } from "../forensics/contributions.js";
import { incidentsDirectory } from "../forensics/options.js";
import { eachBeat } from "../sensors/metronome.js";
import { CpuRecorder } from "./cpu/recorder.js";
import { ProfileEvidence } from "./evidence.js";
import { HeapHistory } from "./heap/history.js";
import { HeapSampler } from "./heap/sampler.js";
import { writeSnapshot } from "./heap/snapshot.js";
import { type ProfilesOptions, readProfilesOptions } from "./options.js";

/** Beats between two looks at the size of the heap. */
const LOOK = 10;
const ROTATE = 30_000;

const histories = new WeakMap<Sop, HeapHistory>();

/**
 * Samples what is allocated, all the time, so that each incident of `sop` has a heap profile and its diagnosis the sites at which memory grows; and
 * takes a CPU profile where that holds the main thread for no longer than `maxPause`. `dir`: where incidents are; default the environment's `SOP_DIR`. Returns a function that stops it. Throws
 * `SOP_ERR_OPTION` for options that are wrong.
 */
export function profiles(
  sop: Sop,
  options?: ProfilesOptions,
  dir: string = incidentsDirectory(process.env),
): () => void {
  const { heap: isHeap, cpu: isCpu, maxPause, snapshot } = readProfilesOptions(options);
  const heapUsed = (): number => getHeapStatistics().used_heap_size;
  const sampler = isHeap ? HeapSampler.start() : undefined;
  const heap = sampler && new HeapHistory({ sampler, maxPause, heapUsed, now: Date.now });
  if (heap) histories.set(sop, heap);
  const cpu = CpuRecorder.open();
  if (isCpu) cpu?.always();
  let beats = 0;
  const rest = eachBeat(() => {
    if (++beats % LOOK === 0) heap?.look();
  });
  const timer = isCpu ? setInterval(() => cpu?.rotate(), ROTATE).unref() : undefined;
  const evidence = new ProfileEvidence({ heap, cpu, maxPause, entry: process.argv[1], heapUsed });
  const stop = contribute(sop, evidence);
  const stay = snapshot === undefined ? undefined : sop.onDrain(() => snapshotIfOpen(sop, dir, snapshot), "pools");
  const leave = (): void => cpu?.stop();
  process.on("exit", leave);
  return () => {
    process.off("exit", leave);
    rest();
    clearInterval(timer);
    stop();
    stay?.();
    histories.delete(sop);
    sampler?.stop();
    cpu?.stop();
  };
}

/** Nothing is in flight any more, so that nobody waits for it. */
function snapshotIfOpen(sop: Sop, dir: string, maxHeap: number): void {
  if (!sop.incident) return;
  const written = writeSnapshot(join(dir, "memory"), maxHeap);
  if (written) sop.log.warn({ ...written, incident: sop.incident.id }, "profiles: a heap snapshot was written");
  else
    sop.log.warn({ maxHeap, incident: sop.incident.id }, "profiles: no heap snapshot, the heap is larger than maxHeap");
}

/** The heap's history of `sop`; `undefined` where it is not sampled. */
export function heapHistoryOf(sop: Sop): HeapHistory | undefined {
  return histories.get(sop);
}
