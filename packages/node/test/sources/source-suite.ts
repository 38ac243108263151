import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSop } from "@sop/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { temporaryDirectory } from "../support/files.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";
import { connectionsTo } from "./connections.ts";
import { CountingClock } from "./counting-clock.ts";
import { type Following, follow } from "./follow.ts";
import type { Store } from "./store.ts";

/** What every source must do, by the ID that a source may opt out of with a reason. */
export type CaseId = "S-10";

/**
 * The cases that every source whose flags live in another process must pass, over a real server.
 * `lacks`: cases that cannot apply, each with its reason.
 */
export function sourceSuite(
  name: string,
  open: () => Promise<Store>,
  { lacks = {}, skip }: { lacks?: Partial<Record<CaseId, string>>; skip?: string | undefined } = {},
): void {
  if (skip) console.log(`skipped: ${name}: ${skip}`);

  describe.skipIf(skip)(`a source of ${name}`, () => {
    let store: Store;
    const clock = new CountingClock();
    const watch = (cache: string | false = false): Following => follow(store.source({ cache, ports: { clock } }));
    const running = async (): Promise<Following> => {
      const following = watch();
      await following.flags({ a: true });
      return following;
    };

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store?.close());
    beforeEach(() => store.set({ a: true, b: "text" }));

    it("S-01 tells what there is", async () => {
      const first = await watch().flags({ a: true, b: "text" });
      expect(first).toMatchObject({ state: "READY", problems: [], snapshot: { revision: expect.any(String) } });
    });

    it("S-02 tells a change, under another revision", async () => {
      const following = await running();
      await store.set({ a: false, c: { d: [1, "ü"] } });
      const next = await following.flags({ a: false, b: "text", c: { d: [1, "ü"] } });
      expect(next.snapshot?.revision).not.toBe(following.seen[0]?.snapshot?.revision);
    });

    it("S-03 tells that a flag is gone, and a service has its default again", async () => {
      const sop = createSop({
        service: "shop",
        logger: silent,
        ports: { host },
        sources: [store.source({ cache: false })],
      });
      onTestFinished(() => sop.dispose());
      const flag = sop.flag("b", "default");
      await vi.waitFor(() => expect(flag.value).toBe("text"), { timeout: 10_000 });
      await store.remove("b");
      await vi.waitFor(() => expect(flag.value).toBe("default"), { timeout: 10_000 });
    });

    it("S-04 keeps the last good value of a flag whose new one is of no type that a flag has", async () => {
      const following = await running();
      await store.set({ a: null, b: "next" });
      const next = await following.flags({ a: true, b: "next" });
      expect(next).toMatchObject({ problems: [expect.stringMatching(/flags\.a: got null, expected /)] });
    });

    it("S-05 keeps the last good value of one that is corrupted, names it and the reason, and goes on with the others", async () => {
      const following = await running();
      await store.corrupt("a");
      const bad = await following.until((update) => update.state === "READY" && (update.problems ?? []).length > 0);
      expect(bad).toMatchObject({ snapshot: { flags: { a: true } }, problems: [expect.stringMatching(/flags\.a\b/)] });
      await store.set({ b: "next" });
      await following.flags({ a: true, b: "next" });
      await store.set({ a: false });
      expect(await following.flags({ a: false })).toMatchObject({ problems: [] });
    });

    it("S-06 is STALE while the server is killed, and READY with what has changed when it is back", async () => {
      const following = await running();
      await store.server.kill();
      expect(await following.until(({ state }) => state !== "READY")).toMatchObject({ state: "STALE" });
      await store.server.start();
      await store.set({ a: false });
      await following.flags({ a: false, b: "text" });
      await store.set({ a: true });
      await following.flags({ a: true });
    });

    it("S-07 is STALE while nothing gets through, and READY with what has changed afterwards", async () => {
      const following = await running();
      store.server.pause();
      try {
        await following.until(({ state }) => state === "STALE");
      } finally {
        store.server.resume();
      }
      await store.set({ a: false });
      await following.flags({ a: false, b: "text" });
    });

    it("S-08 has the last known flags at once after a restart, from a file for its owner only", async () => {
      const cache = join(temporaryDirectory(), "cache", "flags.json");
      const before = watch(cache);
      await before.flags({ a: true, b: "text" });
      await before.stop();
      expect(statSync(cache).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(cache, ".."))).toEqual(["flags.json"]);

      await store.server.kill();
      const after = watch(cache);
      await vi.waitFor(() => expect(after.seen.length).toBeGreaterThan(0));
      expect(after.seen[0]).toMatchObject({ state: "STALE", snapshot: { flags: { a: true, b: "text" } } });
      await store.server.start();
      await after.flags({ a: true });
      await after.stop();

      writeFileSync(cache, "damaged");
      const damaged = watch(cache);
      await damaged.flags({ a: true });
      expect(damaged.seen[0]).toMatchObject({ state: "ERROR", problem: expect.stringContaining("cache file") });
    });

    it("S-09 leaves no timer and no connection when it is aborted, whatever it was doing", async () => {
      const isAllGone = (): void => {
        expect(clock.pending).toBe(0);
        expect(connectionsTo(store.server.port) ?? 0).toBe(0);
      };
      await vi.waitFor(isAllGone, { timeout: 2_000 });
      const following = await running();
      await following.stop();
      const early = watch();
      await early.stop();
      await vi.waitFor(isAllGone, { timeout: 2_000 });
    });

    it.skipIf(lacks["S-10"])("S-10 never mixes two changes, and has the last one in the end", async () => {
      const following = await running();
      for (let i = 1; i <= 100; i++) await store.set({ left: i, right: i });
      await following.flags({ left: 100, right: 100 });
      for (const { snapshot } of following.seen) expect(snapshot?.flags["left"]).toBe(snapshot?.flags["right"]);
    });
    if (lacks["S-10"]) console.log(`skipped: ${name} S-10: ${lacks["S-10"]}`);

    it("S-11 has what several wrote at the same time", async () => {
      const following = await running();
      await Promise.all(Array.from({ length: 50 }, (_, i) => store.set({ [`flag-${i}`]: i })));
      await following.flags(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`flag-${i}`, i])));
    });
  });
}
