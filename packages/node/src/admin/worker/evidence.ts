import { setTimeout as wait } from "node:timers/promises";
import { FrameReader } from "../../profiles/frames.js";
import { allocationSites, SiteReader } from "../../profiles/heap/sites.js";
import { type CpuSampling, cpuProfile } from "../../profiles/pprof/cpu.js";
import { encodeProfile } from "../../profiles/pprof/encode.js";
import { grownStacks, type HeapSampling, heapProfile, type LiveStack, liveStacks } from "../../profiles/pprof/heap.js";
import type { Profile } from "../../profiles/pprof/profile.js";
import { requestsProfile } from "../../profiles/pprof/requests.js";
import { type RequestTrace, traceProfile } from "../../profiles/pprof/trace.js";
import { SourceMaps } from "../../profiles/source-maps.js";
import { type Answer, type Asked, known } from "../endpoints/endpoint.js";
import type { MemoryPart } from "../endpoints/parts.js";
import type { Pulse } from "../link/pulse.js";
import { Refusal } from "../problem.js";
import { MainInspector } from "./main-inspector.js";
import type { MainThread } from "./main-thread.js";
import { readStructures } from "./structures.js";

/** Takes evidence for a caller; `signal` is aborted when that has left. */
export type Take = (asked: Asked, signal: AbortSignal) => Promise<Answer>;

const SECOND = 1_000;
/** A heap of gigabytes is collected for seconds. */
const PATIENCE = 15 * SECOND;
const USUAL_SECONDS = 10;
const CPU_INTERVAL = 1_000;
/** Of a heap that is not sampled all the time more of what is allocated meanwhile is seen. */
const SHORT_INTERVAL = 65_536;
const TRIES = 20;
const MOST_SITES = 300;
const MAPS = { file: 4 * 2 ** 20, all: 8 * 2 ** 20 };

/** What takes evidence, by the id of the endpoint: it runs beside the main thread, which is held only while V8 answers. */
export function evidenceOf(main: MainThread, pulse: Pulse): Readonly<Record<string, Take>> {
  const isTaken = new Set<string>();
  const alone =
    (name: string, take: Take): Take =>
    async (asked, signal) => {
      if (isTaken.has(name)) {
        throw new Refusal(
          "SOP_ERR_CONFLICT",
          "busy",
          `another ${name} profile is being taken: ask again when it is over`,
        );
      }
      isTaken.add(name);
      try {
        return await take(asked, signal);
      } finally {
        isTaken.delete(name);
      }
    };
  return {
    getHeapProfile: alone("heap", (asked, signal) => heap(main, asked, signal)),
    getCpuProfile: alone("CPU", (asked, signal) => cpu(pulse, asked, signal)),
    getRequestsProfile: () => requestsInFlight(main),
    getAllocations: alone("heap", (asked) => allocations(main, asked)),
    getTrace: alone("trace", (asked) => trace(main, asked)),
  };
}

/** What is alive; with `seconds` what was allocated from now on and is alive at their end. */
async function heap(main: MainThread, { query }: Asked, signal: AbortSignal): Promise<Answer> {
  const { seconds } = query as { readonly seconds?: number };
  const at = Date.now();
  const { sampling } = await main.parts(["sampling"]);
  return MainInspector.with(async (inspector) => {
    const { live, interval, over } = sampling
      ? { ...(await sampledSince(inspector, seconds, signal)), interval: sampling.interval }
      : { ...(await sampledFor(inspector, seconds ?? USUAL_SECONDS, signal)), interval: SHORT_INTERVAL };
    const comments = over === undefined ? [] : [`Allocated within ${over} s, and alive at their end.`];
    const moment = { at, interval, comments, ...(over !== undefined && { over: over * SECOND }) };
    return profileAnswer("heap", (frames) => heapProfile(live, moment, frames));
  });
}

/** Of a heap that is sampled all the time. */
async function sampledSince(
  inspector: MainInspector,
  over: number | undefined,
  signal: AbortSignal,
): Promise<{ live: readonly LiveStack[]; over: number | undefined }> {
  const before = liveStacks(await readSampling(inspector));
  if (over === undefined) return { live: before, over };
  await passed(over, signal);
  return { live: grownStacks(before, liveStacks(await readSampling(inspector))), over };
}

/** Of one that is not. */
async function sampledFor(
  inspector: MainInspector,
  over: number,
  signal: AbortSignal,
): Promise<{ live: readonly LiveStack[]; over: number }> {
  await inspector.ask("HeapProfiler.startSampling", { samplingInterval: SHORT_INTERVAL }, PATIENCE);
  await passed(over, signal);
  return { live: liveStacks(await readSampling(inspector)), over };
}

async function readSampling(inspector: MainInspector): Promise<HeapSampling> {
  return (await inspector.ask<{ profile: HeapSampling }>("HeapProfiler.getSamplingProfile", {}, PATIENCE)).profile;
}

/** Where what is alive was allocated. */
async function allocations(main: MainThread, { query }: Asked): Promise<Answer> {
  const { structures: isWanted = false } = query as { readonly structures?: boolean };
  const { sampling } = await main.parts(["sampling"]);
  if (!sampling) throw new Refusal("SOP_ERR_CONFLICT", "inspector", "the heap of this service is not sampled");
  return MainInspector.with(async (inspector) => {
    const live = liveStacks(await readSampling(inspector));
    // Right after all garbage was collected.
    const { usedSize } = await inspector.ask<{ usedSize: number }>("Runtime.getHeapUsage", {}, PATIENCE);
    const structures = isWanted ? await readStructures(inspector, PATIENCE) : undefined;
    const { entry, ...figures } = await memoryOf(main);
    const reader = new SiteReader(new FrameReader(new SourceMaps(MAPS)), entry);
    const sites = allocationSites(live)
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, MOST_SITES)
      .map((site) => {
        const { grown: _, ...read } = reader.read({ ...site, grown: 0 });
        return { ...read, objects: site.objects };
      });
    return known(
      { isLive: true, asOf: Date.now() },
      { ...sampling, memory: { ...figures, heapUsed: usedSize }, sites, structures },
    );
  });
}

/** Read after the garbage is collected. A main thread that was held has a lot to do first. */
async function memoryOf(main: MainThread): Promise<MemoryPart> {
  for (let i = 0; i < TRIES; i++) {
    const { memory } = await main.parts(["memory"]);
    if (memory) return memory;
  }
  throw blocked();
}

/** What runs within `seconds`. */
async function cpu(pulse: Pulse, { query }: Asked, signal: AbortSignal): Promise<Answer> {
  const { seconds = USUAL_SECONDS } = query as { readonly seconds?: number };
  return MainInspector.with(async (inspector) => {
    await inspector.ask("Profiler.enable", {}, PATIENCE);
    await inspector.ask("Profiler.setSamplingInterval", { interval: CPU_INTERVAL }, PATIENCE);
    await inspector.ask("Profiler.start", {}, PATIENCE);
    const at = Date.now();
    if (pulse.stalled > 0) await inspector.refreshRunningCode(SECOND);
    else await inspector.refreshCode(PATIENCE);
    await passed(seconds, signal);
    const { profile } = await inspector.ask<{ profile: CpuSampling }>("Profiler.stop", {}, PATIENCE);
    return profileAnswer("profile", (frames) => cpuProfile(profile, { at, interval: CPU_INTERVAL }, frames));
  });
}

/** Requests in flight, or those that were when the main thread was last heard of. */
async function requestsInFlight(main: MainThread): Promise<Answer> {
  const { requests, asOf, isLive } = await main.parts(["requests"]);
  const comments = isLive ? [] : ["The main thread does not answer: these are the requests that were last known."];
  const { rows = [], total = 0 } = requests ?? {};
  return profileAnswer("goroutine", () => requestsProfile(rows, { at: asOf, total, comments }));
}

/** What requests spend their time with within `seconds`. */
async function trace(main: MainThread, asked: Asked): Promise<Answer> {
  const { seconds = USUAL_SECONDS } = asked.query as { readonly seconds?: number };
  const ran = await main.run("traceRequests", asked, seconds * SECOND + PATIENCE);
  if (ran.is !== "done" || !("json" in ran.answer)) throw blocked();
  return profileAnswer("trace", () => traceProfile((ran.answer as { json: RequestTrace }).json));
}

function passed(seconds: number, signal: AbortSignal): Promise<void> {
  return wait(seconds * SECOND, undefined, { signal });
}

function profileAnswer(name: string, make: (frames: FrameReader) => Profile): Answer {
  const maps = new SourceMaps(MAPS);
  const profile = make(new FrameReader(maps));
  const { comments = [] } = profile;
  const more = maps.skipped > 0 ? [`Of ${maps.skipped} files the source map was too large, or no map.`] : [];
  const bytes = encodeProfile({ ...profile, comments: [...comments, ...more] });
  return { status: 200, type: "application/octet-stream", bytes, file: `${name}.pb.gz` };
}

function blocked(): Refusal {
  const detail = "the main thread of the service does not answer";
  return new Refusal("SOP_ERR_BLOCKED", "mainThread", detail, { headers: { "retry-after": "5" } });
}
