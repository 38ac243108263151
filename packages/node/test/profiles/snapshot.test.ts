import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createSop } from "@sop/core";
import { expect, it } from "vitest";
import { writeSnapshot } from "../../src/profiles/heap/snapshot.ts";
import { profiles } from "../../src/profiles.ts";
import { temporaryDirectory } from "../support/files.ts";
import { silent } from "../support/recorded.ts";

const TIME = { timeout: 120_000 };

it("a heap snapshot is for its owner alone, and the last three are kept", TIME, () => {
  const dir = join(temporaryDirectory(), "memory");
  const written = [1, 2, 3, 4].map(() => writeSnapshot(dir, 2 ** 32)?.path as string);
  expect(readdirSync(dir).map((name) => join(dir, name))).toEqual(written.slice(1));
  expect(statSync(written[3] as string).mode & 0o077).toBe(0);
  expect(readFileSync(written[3] as string, "utf8").slice(0, 12)).toBe('{"snapshot":');
});

it("none is written of a heap that is larger than it may be", () => {
  const dir = join(temporaryDirectory(), "memory");
  expect(writeSnapshot(dir, 1_000)).toBeUndefined();
  expect(() => readdirSync(dir)).toThrow(/ENOENT/);
});

it("one is written when the process was drained while an incident is open, where it was asked for", TIME, async () => {
  for (const [snapshot, isOpen, count] of [
    [true, true, 1],
    [true, false, 0],
    [false, true, 0],
  ] as const) {
    const dir = temporaryDirectory();
    const sop = createSop({ service: "shop", logger: silent });
    const stop = profiles(sop, { snapshot: snapshot && { maxHeap: "4GiB" } }, dir);
    if (isOpen) sop.openIncident("manual");
    await sop.drain();
    const found = readdirSync(dir).includes("memory") ? readdirSync(join(dir, "memory")) : [];
    expect(found).toHaveLength(count);
    stop();
    sop.dispose();
  }
});
