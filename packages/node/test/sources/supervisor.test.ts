import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigSource, ConfigUpdate } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { backoff, seededRandom } from "../../src/remote/backoff.ts";
import { Secrets } from "../../src/remote/secrets.ts";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "../../src/sources/remote/options.ts";
import type { Link, Remote } from "../../src/sources/remote/remote.ts";
import { supervised } from "../../src/sources/remote/supervise.ts";
import { temporaryDirectory } from "../support/files.ts";
import { FakeClock } from "./fake-clock.ts";

/** Without a wall clock, which may jump: nobody may look at it. */
class Monotonic extends FakeClock {
  override now(): never {
    throw new Error("the wall clock is not to be asked");
  }
}

/** A remote that a test speaks for. */
class Scripted implements Remote {
  attempts = 0;
  checks = 0;
  readonly signals: AbortSignal[] = [];
  link: Link | undefined;
  lose: (error: Error) => void = () => {};
  check: () => Promise<void> = async () => {
    this.checks++;
  };

  follow(link: Link, signal: AbortSignal): Promise<void> {
    this.attempts++;
    this.signals.push(signal);
    this.link = link;
    return new Promise((_, reject) => {
      this.lose = reject;
    });
  }

  ready(revision: string, flags: Record<string, unknown>): void {
    this.link?.table.setAll(Object.entries(flags));
    this.link?.ready(revision);
  }
}

function bench(options: RemoteOptions = {}) {
  const clock = new Monotonic();
  const remote = new Scripted();
  const secrets = new Secrets();
  secrets.add("hunter2");
  const check = remoteCheck("test", undefined, []);
  const defaults = readRemoteOptions(remoteCheck("test", { cache: false, ...options }, []), "test");
  check.done();
  const source = supervised({ ...defaults, clock, random: () => 0.5, secrets, scope: "here" }, () => remote);
  const stop = new AbortController();
  const seen: ConfigUpdate[] = [];
  void collect(source, stop.signal, seen);
  onTestFinished(() => stop.abort());
  return { clock, remote, seen, stop, settle };
}

async function collect(source: ConfigSource, signal: AbortSignal, seen: ConfigUpdate[]): Promise<void> {
  for await (const update of source.watch(signal)) seen.push(update);
}

/** Lets everything run that waits for no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

describe("a connection", () => {
  it("that is lost is STALE at once, told once for each reason, and tried again", async () => {
    const { remote, seen, clock } = bench();
    remote.ready("1", { a: 1 });
    await settle();
    remote.lose(new Error("reset by hunter2"));
    await settle();
    expect(seen.at(-1)).toEqual({ state: "STALE", problem: "reset by ***" });
    clock.advance(50);
    await settle();
    expect(remote.attempts).toBe(2);
    remote.lose(new Error("reset by hunter2"));
    await settle();
    expect(seen).toHaveLength(2);
    clock.advance(100);
    await settle();
    remote.lose(new Error("refused"));
    await settle();
    expect(seen.at(-1)).toEqual({ state: "STALE", problem: "refused" });
  });

  it("that is lost again is told again, and each is let go of before the next", async () => {
    const { remote, seen, clock } = bench();
    for (let i = 1; i <= 3; i++) {
      remote.ready(String(i), { a: i });
      await settle();
      remote.lose(new Error("reset"));
      await settle();
      expect(remote.signals.map(({ aborted }) => aborted)).toEqual(Array(i).fill(true));
      clock.advance(1_000);
      await settle();
    }
    expect(seen.map(({ state }) => state)).toEqual(["READY", "STALE", "READY", "STALE", "READY", "STALE"]);
  });

  it("that never was is ERROR, and one that does not answer is given up", async () => {
    const { remote, seen, clock } = bench();
    await settle();
    clock.advance(999);
    await settle();
    expect(seen).toEqual([]);
    clock.advance(1);
    await settle();
    expect(seen).toEqual([{ state: "ERROR", problem: "no answer within 1000 ms" }]);
    expect(remote.attempts).toBe(1);
  });

  it("that makes progress may take its time for the first state", async () => {
    const { remote, seen, clock } = bench();
    for (let i = 0; i < 5; i++) {
      clock.advance(900);
      remote.link?.progress();
      await settle();
    }
    remote.ready("1", { a: 1 });
    await settle();
    expect(seen).toMatchObject([{ state: "READY" }]);
  });

  it("that is silent is asked, and lost within 1750 ms where it does not answer", async () => {
    const { remote, seen, clock } = bench();
    remote.ready("1", { a: 1 });
    await settle();
    clock.advance(750);
    await settle();
    expect(remote.checks).toBe(1);
    remote.check = () => new Promise(() => {});
    clock.advance(750);
    await settle();
    clock.advance(1_000);
    await settle();
    expect(seen.at(-1)).toEqual({ state: "STALE", problem: "no answer within 1000 ms" });
  });

  it("is waited for twice as long each time, up to the longest", async () => {
    const { remote, clock } = bench({ maxBackoff: 400 });
    const waited: number[] = [];
    for (let i = 0; i < 5; i++) {
      await settle();
      const { attempts } = remote;
      remote.lose(new Error("no"));
      await settle();
      let ms = 0;
      while (remote.attempts === attempts) {
        clock.advance(1);
        await settle();
        ms++;
      }
      waited.push(ms);
    }
    expect(waited).toEqual([50, 100, 200, 200, 200]);
  });

  it("leaves nothing behind when it is stopped, also while it is asked whether it lives", async () => {
    const { remote, clock, stop, seen } = bench();
    remote.ready("1", { a: 1 });
    remote.check = () => new Promise(() => {});
    await settle();
    clock.advance(750);
    await settle();
    remote.ready("1", { a: 1 });
    remote.ready("1", { a: 1 });
    remote.link?.progress();
    expect(clock.pending).toBeGreaterThan(0);
    stop.abort();
    await settle();
    remote.ready("2", { a: 2 });
    await settle();
    expect(clock.pending).toBe(0);
    expect(seen.at(-1)).toMatchObject({ state: "READY", snapshot: { revision: "1" } });
  });
});

describe("flags", () => {
  it("that change fast are told together, the last state always", async () => {
    const { remote, clock, seen } = bench();
    for (let a = 1; a <= 1_000; a++) remote.ready(String(a), { a, b: a });
    await settle();
    clock.advance(5);
    await settle();
    expect(seen).toHaveLength(2);
    expect(seen.at(-1)).toMatchObject({ snapshot: { revision: "1000", flags: { a: 1_000, b: 1_000 } } });
  });

  it("that cannot be used as a whole are STALE, and READY again when they can", async () => {
    const { remote, clock, seen } = bench();
    remote.ready("1", { a: 1 });
    await settle();
    remote.link?.refused("it is no JSON");
    await settle();
    clock.advance(100);
    remote.ready("2", { a: 2 });
    await settle();
    expect(seen.map(({ state }) => state)).toEqual(["READY", "STALE", "READY"]);
    expect(remote.attempts).toBe(1);
  });

  it("are kept across a restart, also for a flag that is corrupted meanwhile", async () => {
    const cache = join(temporaryDirectory(), "flags.json");
    const before = bench({ cache });
    before.remote.ready("7", { a: 1, b: 2 });
    await settle();
    before.stop.abort();

    const after = bench({ cache });
    await settle();
    expect(after.seen).toMatchObject([{ state: "STALE", snapshot: { revision: "7", flags: { a: 1, b: 2 } } }]);
    after.remote.link?.table.putAll([["a", "{half"]]);
    after.remote.link?.ready("8");
    await settle();
    expect(after.seen.at(-1)).toMatchObject({ state: "READY", snapshot: { flags: { a: 1 } }, problems: [/flags\.a/] });
  });

  it("of another place, in the same cache file, are not taken for these", async () => {
    const cache = join(temporaryDirectory(), "flags.json");
    const before = bench({ cache, name: "one" });
    before.remote.ready("7", { a: 1 });
    await settle();
    before.stop.abort();
    const { seen } = bench({ cache, name: "other" });
    await settle();
    expect(seen).toEqual([]);
  });

  it.each([
    ["cut", (text: string) => text.slice(0, -3), "its checksum is wrong"],
    ["changed", (text: string) => text.replace('"a":1', '"a":2'), "its checksum is wrong"],
    ["empty", () => "", "it cannot be read (it is damaged)"],
    ["another file", () => '{"schema":"other"}\n{}', "it is not of the form sop.source/1"],
  ])("of a cache file that is %s are not used", async (_kind, damage, reason) => {
    const cache = join(temporaryDirectory(), "flags.json");
    const before = bench({ cache });
    before.remote.ready("7", { a: 1 });
    await settle();
    before.stop.abort();
    writeFileSync(cache, damage(readFileSync(cache, "utf8")));
    const { seen } = bench({ cache });
    await settle();
    expect(seen).toEqual([{ state: "ERROR", problem: `cache file ${cache}: ${reason}` }]);
  });
});

describe("a fleet", () => {
  it("is spread: instances wait differently, one instance always the same", () => {
    const first = (instance: string) => backoff(20, 1_000, seededRandom(instance));
    const waits = Array.from({ length: 1_000 }, (_, i) => first(`pod-${i}`));
    const tenths = Array.from({ length: 10 }, (_, i) => waits.filter((ms) => Math.floor(ms / 100) === i).length);
    expect(Math.max(...tenths)).toBeLessThan(150);
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(first("pod-1")).toBe(first("pod-1"));
  });
});
