import { describe, expect, it } from "vitest";
import { CpuRecorder } from "../../src/profiles/cpu/recorder.ts";
import { FrameReader } from "../../src/profiles/frames.ts";
import { cpuProfile } from "../../src/profiles/pprof/cpu.ts";
import { encodeProfile } from "../../src/profiles/pprof/encode.ts";
import { SourceMaps } from "../../src/profiles/source-maps.ts";
import { decode } from "./decode.ts";
import { callFrame } from "./sampling.ts";

const frames = () => new FrameReader(new SourceMaps({ file: 1e6, all: 1e6 }));

function spinFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until) Math.sqrt(until);
}

/** Milliseconds of code that is of this file, or called from it: V8 may have put a function into the one that calls it. */
function ownTime(recording: Parameters<typeof cpuProfile>[0] | undefined): number {
  if (!recording) return 0;
  const { samples } = decode(encodeProfile(cpuProfile(recording, { at: 0, interval: 1_000 }, frames())));
  const own = samples.filter(({ stack }) => stack.some(({ file }) => file.endsWith("cpu.test.ts")));
  return own.reduce((sum, { values }) => sum + (values[1] as number), 0) / 1e6;
}

describe("the CPU profile", () => {
  it("gives the time between two samples to what the first of them saw, by line, and leaves out waiting", () => {
    const node = (id: number, name: string, children: number[] = [], positionTicks: object[] = []) =>
      ({ id, callFrame: callFrame(name), children, positionTicks }) as never;
    const sampling = {
      nodes: [
        node(1, "(root)", [2, 4]),
        node(2, "serve file:///srv/app.js:3", [3]),
        node(
          3,
          "slow file:///srv/app.js:8",
          [],
          [
            { line: 9, ticks: 3 },
            { line: 11, ticks: 1 },
          ],
        ),
        node(4, "(idle)"),
      ],
      startTime: 1_000_000,
      endTime: 1_006_000,
      samples: [3, 3, 4, 3, 3],
      timeDeltas: [100, 1_000, 1_000, 3_000, 1_000],
    };
    const profile = decode(encodeProfile(cpuProfile(sampling, { at: 0, interval: 1_000 }, frames())));
    expect(profile.types.map(({ type, unit }) => `${type}/${unit}`)).toEqual(["samples/count", "cpu/nanoseconds"]);
    expect(profile.period).toEqual({ type: "cpu", unit: "nanoseconds", every: 1_000_000 });
    expect(profile.over).toBe(6);
    expect(
      profile.samples.map(({ stack, values }) => [stack.map(({ name, line }) => `${name}:${line}`), values]),
    ).toEqual([
      [
        ["slow:9", "serve:3"],
        [3, 3_000_000],
      ],
      [
        ["slow:11", "serve:3"],
        [1, 1_000_000],
      ],
    ]);
  });

  it("of this process shows what runs, from when it is asked for until it is over", async () => {
    const recorder = CpuRecorder.open();
    const recording = recorder?.record(60_000, 0, AbortSignal.timeout(50));
    spinFor(200);
    const made = await recording;
    expect(ownTime(made?.sampling)).toBeGreaterThan(100);
    recorder?.stop();
  });

  it("is taken by one at a time", async () => {
    const recorder = CpuRecorder.open();
    const end = new AbortController();
    const first = recorder?.record(60_000, 0, end.signal);
    expect(await recorder?.record(1, 0, end.signal)).toBeUndefined();
    end.abort();
    expect(await first).toBeDefined();
    recorder?.stop();
  });

  it("that is taken all the time is there at once, and of the time before", () => {
    const recorder = CpuRecorder.open();
    expect(recorder?.recorded()).toBeUndefined();
    recorder?.always();
    expect(recorder?.pause(400 * 2 ** 20)).toBe(0);
    spinFor(300);
    expect(ownTime(recorder?.recorded()?.sampling)).toBeGreaterThan(100);
    recorder?.rotate();
    spinFor(200);
    recorder?.rotate();
    expect(ownTime(recorder?.recorded(60_000)?.sampling)).toBeGreaterThan(50);
    recorder?.stop();
  });
});
