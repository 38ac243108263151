import { Session } from "node:inspector";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../../src/profiles/frames.ts";
import { HeapSampler } from "../../src/profiles/heap/sampler.ts";
import { allocationSites, growth, SiteReader } from "../../src/profiles/heap/sites.ts";
import { encodeProfile } from "../../src/profiles/pprof/encode.ts";
import { heapProfile, liveStacks } from "../../src/profiles/pprof/heap.ts";
import { SourceMaps } from "../../src/profiles/source-maps.ts";
import { decode } from "./decode.ts";
import { heapSampling } from "./sampling.ts";

const frames = () => new FrameReader(new SourceMaps({ file: 1e6, all: 1e6 }));
const recorded = (given: Parameters<SiteReader["read"]>[0]) => new SiteReader(frames(), undefined).read(given);
const MIB = 2 ** 20;
const kept: unknown[] = [];

function keepForEver(): void {
  for (let i = 0; i < 200_000; i++) kept.push({ i, more: [i] });
}

describe("the sampling heap profile", () => {
  it("of this process names who keeps memory, in bytes that are near what it takes", () => {
    const sampler = HeapSampler.start(32_768);
    expect(sampler).toBeDefined();
    const before = liveStacks((sampler as HeapSampler).read());
    keepForEver();
    const after = liveStacks((sampler as HeapSampler).read());
    const [grown] = growth(allocationSites(before), allocationSites(after));
    const first = grown && recorded(grown);
    expect(first?.frame).toMatchObject({ function: "keepForEver", package: "@sop/node" });
    expect(first?.frame.file).toMatch(/heap\.test\.ts$/);
    // 56 to 80 bytes for each of 200,000, and the list of them.
    expect(first?.grown).toBeGreaterThan(8 * MIB);
    expect(first?.grown).toBeLessThan(60 * MIB);
    kept.length = 0;
    sampler?.stop();
  });

  it("ends with its sampler, so that another can begin", () => {
    HeapSampler.start()?.stop();
    const session = new Session();
    session.connect();
    session.post("HeapProfiler.getSamplingProfile", (error) => expect(error?.message).toMatch(/not started/));
    session.disconnect();
  });

  it("as pprof has paths, lines from 1 on, and objects and bytes of each stack", () => {
    const sampling = heapSampling([
      [["serve file:///srv/app.js:3", "handler file:///srv/app.js:10", "push"], 600_000, 400_000],
      [["serve file:///srv/app.js:3"], 70_000],
    ]);
    const profile = decode(
      encodeProfile(heapProfile(liveStacks(sampling), { at: 1_764_000_000_000, interval: 524_288 }, frames())),
    );
    expect(profile.types).toEqual([
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ]);
    expect(profile.period).toEqual({ type: "space", unit: "bytes", every: 524_288 });
    const byBytes = profile.samples.toSorted((a, b) => (b.values[1] as number) - (a.values[1] as number));
    expect(byBytes[0]).toMatchObject({
      values: [2, 1_000_000],
      stack: [
        { name: "push", file: "", line: 0 },
        { name: "handler", file: "/srv/app.js", line: 10 },
        { name: "serve", file: "/srv/app.js", line: 3 },
      ],
    });
    expect(byBytes[1]).toMatchObject({ values: [1, 70_000] });
  });

  it("has no secret that is part of a function's name, or of code that is its own URL", () => {
    const url = `data:text/javascript,const%20password="hunter2"`;
    const head = heapSampling([[["Bearer"], 1_000]]).head;
    const [child] = head.children;
    const secret = {
      head: {
        ...head,
        children: [{ ...child, callFrame: { functionName: "token=abcdef1234", url, lineNumber: 0, columnNumber: 0 } }],
      },
      samples: [],
    } as ReturnType<typeof heapSampling>;
    const profile = decode(encodeProfile(heapProfile(liveStacks(secret), { at: 0, interval: 1 }, frames())));
    expect(JSON.stringify(profile)).not.toMatch(/hunter2|abcdef1234/);
  });
});

describe("an allocation site", () => {
  it("is the topmost code that is not the runtime's own, with what the runtime allocates for it", () => {
    const read = (stack: readonly string[]) => {
      const [site] = allocationSites(liveStacks(heapSampling([[stack, MIB]])));
      return site && recorded({ ...site, grown: 0 });
    };
    const app = "subscribe file:///srv/app.js:10";
    expect(read([app, "addListener node:events:300", "push"])).toMatchObject({
      frame: { function: "subscribe", file: "/srv/app.js", line: 10 },
      retained: "listeners",
      bytes: MIB,
    });
    expect(read([app, "set"])?.retained).toBe("collection");
    expect(read([app, "push"])?.retained).toBe("array");
    expect(read([app, "setTimeout node:timers:120", "Timeout node:internal/timers:200"])?.retained).toBe("timers");
    expect(read([app, "alloc node:buffer:400", "FastBuffer node:internal/buffer:900"])?.retained).toBe("buffers");
    expect(read([app])?.retained).toBeUndefined();
    expect(read(["processTicks node:internal/process/task_queues:60"])).toBeUndefined();
  });

  it("in a dependency has the application's own caller beside it", () => {
    const stack = [
      "main file:///srv/app.js:1",
      "handler file:///srv/routes/cart.js:12",
      "compile file:///srv/node_modules/ajv/dist/core.js:80",
      "inline file:///srv/node_modules/ajv/dist/compile.js:9",
    ];
    const [grown] = growth([], allocationSites(liveStacks(heapSampling([[stack, MIB]]))));
    const site = grown && recorded(grown);
    expect(site?.frame).toMatchObject({ function: "inline" });
    expect(site?.caller).toMatchObject({ function: "handler", file: "/srv/routes/cart.js", line: 12 });
  });

  it("that grew is told with by how much; those that are as large as before are not", () => {
    const read = (leak: number) =>
      allocationSites(
        liveStacks(
          heapSampling([
            [["leak file:///a.js:1"], leak],
            [["leak file:///a.js:1", "push"], leak],
            [["cache file:///a.js:9"], MIB],
          ]),
        ),
      );
    const grown = growth(read(MIB), read(3 * MIB));
    expect(grown.map(({ frame, grown, bytes }) => [frame.functionName, grown, bytes])).toEqual([
      ["leak", 4 * MIB, 6 * MIB],
    ]);
    expect(growth(read(MIB), read(3 * MIB), read(2 * MIB))[0]).toMatchObject({ grown: 4 * MIB, lately: 2 * MIB });
  });
});
