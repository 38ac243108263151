import { createSop, diagnose, type Incident } from "@sop/core";
import { afterEach, describe, expect, it } from "vitest";
import { contributorsOf } from "../../src/forensics/contributions.ts";
import { ProfileEvidence } from "../../src/profiles/evidence.ts";
import { HeapHistory } from "../../src/profiles/heap/history.ts";
import type { HeapSampling } from "../../src/profiles/pprof/heap.ts";
import { profiles } from "../../src/profiles.ts";
import { decode } from "./decode.ts";
import { heapSampling } from "./sampling.ts";

const MIB = 2 ** 20;
const incident = {} as Incident;
const signal = new AbortController().signal;
const undo: (() => void)[] = [];

afterEach(() => {
  for (const stop of undo.splice(0)) stop();
});

/** Evidence of a heap that has `samplings` one after the other, each at a heap of `sizes` MiB. */
function evidenceOf(samplings: readonly HeapSampling[], { heapMib = 30, maxPause = 1_000 } = {}) {
  let [now, i] = [0, 0];
  const heapUsed = () => heapMib * MIB;
  const heap = new HeapHistory({
    sampler: { interval: 524_288, since: 0, read: () => samplings[i++] as HeapSampling, restart() {} },
    maxPause,
    heapUsed,
    now: () => (now += 60_000),
  });
  return { heap, evidence: new ProfileEvidence({ heap, cpu: undefined, maxPause, entry: undefined, heapUsed }) };
}

const leakOf = (bytes: number) =>
  heapSampling([
    [["handler file:///srv/app.js:10", "set"], bytes],
    [["boot file:///srv/app.js:1"], 4 * MIB],
  ]);

describe("profiles of an incident", () => {
  it("tell the diagnosis where memory grew between the first and the last of them", () => {
    const { heap, evidence } = evidenceOf([leakOf(MIB), leakOf(9 * MIB)]);
    heap.take();
    expect(evidence.window(incident)).toEqual({});
    heap.take();
    const { allocations } = evidence.window(incident);
    expect(allocations).toEqual([expect.objectContaining({ bytes: 9 * MIB, grown: 8 * MIB, retained: "collection" })]);
    expect(allocations?.[0]?.frame).toMatchObject({ function: "handler", file: "/srv/app.js", line: 10 });
    expect(() => diagnose({ panics: [], inFlight: 0, missing: [], allocations })).not.toThrow();
  });

  it("call nothing growth that is a sample or two", () => {
    const { heap, evidence } = evidenceOf([leakOf(MIB), leakOf(MIB + 600_000)]);
    heap.take();
    heap.take();
    expect(evidence.window(incident).allocations).toEqual([]);
  });

  it("are of the heap as it is, where that holds the main thread for no longer than it may", async () => {
    const { evidence } = evidenceOf([leakOf(MIB)]);
    const [file] = await evidence.filesLater(incident, signal);
    expect(file).toMatchObject({ name: "heap.pb.gz", kind: "heap-profile" });
    expect(decode(file?.data as Uint8Array).samples).toHaveLength(2);
  });

  it("are the last one from when the heap was small, or left out with the reason", async () => {
    const large = evidenceOf([leakOf(MIB)], { heapMib: 400, maxPause: 50 });
    expect(await large.evidence.filesLater(incident, signal)).toEqual([]);
    expect(large.evidence.window(incident).missing).toEqual([expect.stringMatching(/^allocations: it would hold/)]);
    expect(large.evidence.leftOut()).toContainEqual({
      file: "heap.pb.gz",
      why: "it would hold the main thread for about 320 ms, which is more than profiles.maxPause (50 ms)",
    });
    large.heap.take();
    // It was as quick as nothing, so that the next is thought to be quicker too, but not as quick as that.
    expect(await large.evidence.filesLater(incident, signal)).toHaveLength(1);
    expect(large.evidence.leftOut()).toEqual([{ file: "cpu.pb.gz", why: "this Node has no inspector" }]);
  });

  it("are of heap and processor of the process itself", async () => {
    const sop = createSop({ service: "shop" });
    undo.push(profiles(sop, { maxPause: "2s" }), () => sop.dispose());
    const [contributor] = contributorsOf(sop);
    expect(contributor?.name).toBe("profiles");
    const kept = Array.from({ length: 100_000 }, (_, i) => ({ i, more: [i] }));
    const files = (await contributor?.filesLater?.(incident, signal)) ?? [];
    expect(kept).toHaveLength(100_000);
    expect(files.map(({ name }) => name)).toEqual(["heap.pb.gz", "cpu.pb.gz"]);
    for (const { data } of files) expect(decode(data as Uint8Array).samples.length).toBeGreaterThan(0);
    expect(contributor?.leftOut?.()).toEqual([]);
  });

  it("are none where they are turned off", async () => {
    const sop = createSop({ service: "shop" });
    const stop = profiles(sop, { heap: false, maxPause: "2s" });
    const [contributor] = contributorsOf(sop);
    expect((await contributor?.filesLater?.(incident, signal))?.map(({ name }) => name)).toEqual(["cpu.pb.gz"]);
    stop();
    expect(contributorsOf(sop)).toEqual([]);
    sop.dispose();
  });

  it("reject options that are wrong, all of them", () => {
    const sop = createSop({ service: "shop" });
    const wrong = { heap: 1, maxPause: "1h", snapshot: { maxHeap: "1TiB" }, cpus: true } as never;
    expect(() => profiles(sop, wrong)).toThrow(
      /profiles\.cpus.*profiles\.heap.*profiles\.maxPause.*profiles\.snapshot\.maxHeap/s,
    );
    sop.dispose();
  });
});
