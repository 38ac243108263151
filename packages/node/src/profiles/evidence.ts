import { setImmediate } from "node:timers/promises";
import type { Incident, RecordedWindow } from "@sop/core";
import type { ContributedFile, Contributor } from "../forensics/contributions.js";
import type { CpuRecorder, CpuRecording } from "./cpu/recorder.js";
import { FrameReader } from "./frames.js";
import type { HeapHistory, HeapRung } from "./heap/history.js";
import { allocationSites, growth, SiteReader } from "./heap/sites.js";
import { cpuProfile } from "./pprof/cpu.js";
import { encodeProfile } from "./pprof/encode.js";
import { heapProfile } from "./pprof/heap.js";
import { SourceMaps } from "./source-maps.js";

/** Maps are parsed as a whole, and in the main thread: so much takes a few milliseconds each, and 20 to 40 in all. */
const MAPS = { file: 262_144, all: 1_048_576 };
const CPU_TIME = 1_000;
const MOST_SITES = 20;
/** A site that grew by one sample may not have grown at all. */
const LEAST_SAMPLES = 2;

/** What the evidence is taken with. */
export interface ProfileEvidenceParts {
  readonly heap: HeapHistory | undefined;
  readonly cpu: CpuRecorder | undefined;
  /** Milliseconds. */
  readonly maxPause: number;
  /** The file that the application was started with. */
  readonly entry: string | undefined;
  heapUsed(): number;
}

/** The profiles of an incident, and where memory grows for its diagnosis. */
export class ProfileEvidence implements Contributor {
  readonly name = "profiles";
  readonly #parts: ProfileEvidenceParts;
  #leftOut: { file: string; why: string }[] = [];

  constructor(parts: ProfileEvidenceParts) {
    this.#parts = parts;
  }

  window(_incident: Incident): Partial<RecordedWindow> {
    const { heap, entry } = this.#parts;
    if (!heap) return {};
    heap.renew();
    const [first, before, last] = [heap.rungs[0], heap.rungs.at(-2), heap.rungs.at(-1)];
    if (!first || !last || first === last) {
      return heap.isAffordable ? {} : { missing: [`allocations: ${tooLong(heap.pause, this.#parts.maxPause)}`] };
    }
    const sites = new SiteReader(new FrameReader(new SourceMaps(MAPS)), entry);
    const between = before === first ? undefined : before;
    const allocations = growth(
      allocationSites(first.live),
      allocationSites(last.live),
      between && allocationSites(between.live),
    )
      .filter(({ grown }) => grown >= LEAST_SAMPLES * last.interval)
      .slice(0, MOST_SITES)
      .map((site) => sites.read(site));
    return { allocations };
  }

  async filesLater(_incident: Incident, signal: AbortSignal): Promise<readonly ContributedFile[]> {
    this.#leftOut = [];
    const frames = new FrameReader(new SourceMaps(MAPS));
    const files: ContributedFile[] = [];
    const rung = this.#rung();
    if (rung) files.push(fileOf("heap.pb.gz", "heap-profile", heapFile(rung, frames, this.#parts.heapUsed())));
    // Others have their turn between two pauses.
    await setImmediate();
    const recording = await this.#recording(signal);
    if (recording) files.push(fileOf("cpu.pb.gz", "cpu-profile", cpuFile(recording, frames)));
    return files;
  }

  leftOut(): readonly { readonly file: string; readonly why: string }[] {
    return this.#leftOut;
  }

  #rung(): HeapRung | undefined {
    const { heap, maxPause } = this.#parts;
    if (!heap)
      return this.#none("heap.pb.gz", "the heap is not sampled (profiles.heap), or this Node has no inspector");
    const rung = heap.latest() ?? heap.rungs.at(-1);
    return rung ?? this.#none("heap.pb.gz", tooLong(heap.pause, maxPause));
  }

  async #recording(signal: AbortSignal): Promise<CpuRecording | undefined> {
    const { cpu, maxPause, heapUsed } = this.#parts;
    if (!cpu) return this.#none("cpu.pb.gz", "this Node has no inspector");
    const recorded = cpu.recorded();
    if (recorded) return recorded;
    const used = heapUsed();
    const pause = cpu.pause(used);
    if (pause > maxPause)
      return this.#none("cpu.pb.gz", `${tooLong(pause, maxPause)}; profiles.cpu takes one all the time`);
    const recording = await cpu.record(CPU_TIME, used, signal);
    return recording ?? this.#none("cpu.pb.gz", "another profile was being taken");
  }

  #none(file: string, why: string): undefined {
    this.#leftOut.push({ file, why });
    return undefined;
  }
}

function fileOf(name: string, kind: string, data: Uint8Array): ContributedFile {
  return { name, kind, data };
}

function heapFile({ at, interval, heapUsed, live }: HeapRung, frames: FrameReader, now: number): Uint8Array {
  const comments = [
    `The heap had ${mebibytes(heapUsed)} when this was sampled, and ${mebibytes(now)} when the incident was recorded.`,
  ];
  return encodeProfile(heapProfile(live, { at, interval, comments }, frames));
}

function cpuFile({ sampling, at, interval }: CpuRecording, frames: FrameReader): Uint8Array {
  return encodeProfile(cpuProfile(sampling, { at, interval }, frames));
}

function tooLong(pause: number, maxPause: number): string {
  return `it would hold the main thread for about ${Math.round(pause)} ms, which is more than profiles.maxPause (${maxPause} ms)`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
