import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createSop } from "../src/create-sop.ts";
import { contribute } from "../src/forensics/contributions.ts";
import { withinLimits } from "../src/forensics/limits.ts";
import { Shelf } from "../src/forensics/shelf.ts";
import { verifyBundle } from "../src/forensics.ts";
import { readJson, temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";

describe("a bundle that would be too large", () => {
  it("keeps the newest lines of a file of lines, and says how many bytes that are", () => {
    const lines = Array.from({ length: 100 }, (_, i) => `{"n":${i}}\n`).join("");
    const { files, cut } = withinLimits([["bundle/a.ndjson", lines]], { file: 30, bundle: 1_000 });
    expect(String(files[0]?.[1])).toBe('{"n":97}\n{"n":98}\n{"n":99}\n');
    expect(cut).toEqual([{ file: "bundle/a.ndjson", why: `of ${lines.length} bytes the last 27 are kept` }]);
  });

  it("leaves out what does not fit, the last ones first, and keeps what does", () => {
    const files = [
      ["bundle/first.json", "x".repeat(600)],
      ["bundle/large.bin", new Uint8Array(900)],
      ["bundle/second.json", "y".repeat(300)],
    ] as const;
    const { files: kept, cut } = withinLimits(files, { file: 800, bundle: 1_000 });
    expect(kept.map(([name]) => name)).toEqual(["bundle/first.json", "bundle/second.json"]);
    expect(cut).toEqual([{ file: "bundle/large.bin", why: "it has 900 bytes, and there is room for 400" }]);
  });

  it("says so in its manifest, and is whole all the same", async () => {
    const dir = temporaryDirectory();
    const sop = createSop({
      service: "shop",
      logger: silent,
      config: false,
      drain: false,
      admin: false,
      watchdog: false,
      profiles: false,
      forensics: { dir },
    });
    contribute(sop, {
      name: "part",
      files: () => [{ name: "part.bin", kind: "part", data: new Uint8Array(17 * 2 ** 20) }],
    });
    const incident = join(dir, sop.openIncident().id);
    await vi.waitFor(() => expect(existsSync(join(incident, "incident.json"))).toBe(true), 5_000);
    sop.dispose();
    expect(readJson(incident, "bundle/manifest.json").leftOut).toContainEqual({
      file: "bundle/part.bin",
      why: `it has ${17 * 2 ** 20} bytes, and there is room for ${16 * 2 ** 20}`,
    });
    expect((await verifyBundle(incident)).every(({ state }) => state === "intact")).toBe(true);
  });
});

describe("analyses of memory", () => {
  function incident(dir: string, n: number, ...names: string[]): string {
    const id = `20261125T09000${n}Z-abcdef`;
    const at = join(dir, id, "bundle");
    mkdirSync(at, { recursive: true });
    writeFileSync(join(dir, id, "incident.json"), "{}");
    const files = names.map((name) => {
      writeFileSync(join(at, name), name);
      return { name: `bundle/${name}`, bytes: name.length, sha256: createHash("sha256").update(name).digest("hex") };
    });
    writeFileSync(join(at, "manifest.json"), JSON.stringify({ schema: "sop.bundle/1", files, leftOut: [] }));
    return id;
  }

  it("are kept of the last three incidents that have any; the others keep all else, and say so", async () => {
    const dir = temporaryDirectory();
    const ids = [1, 2, 3, 4, 5].map((n) =>
      incident(dir, n, "events.ndjson", ...(n === 3 ? [] : ["heap.pb.gz", "heap.heapsnapshot"])),
    );
    new Shelf(dir, { keep: 20, maxBytes: 2 ** 30 }).prune(ids[4] as string);
    const has = (n: number, name: string): boolean => existsSync(join(dir, ids[n - 1] as string, "bundle", name));
    expect([1, 2, 4, 5].map((n) => has(n, "heap.pb.gz"))).toEqual([false, true, true, true]);
    expect(has(1, "heap.heapsnapshot")).toBe(false);
    expect(has(1, "events.ndjson")).toBe(true);
    const files = await verifyBundle(join(dir, ids[0] as string));
    expect(files.map(({ name, state }) => [name, state])).toEqual([["bundle/events.ndjson", "intact"]]);
    const { leftOut } = JSON.parse(readFileSync(join(dir, ids[0] as string, "bundle/manifest.json"), "utf8"));
    expect(leftOut).toContainEqual({
      file: "bundle/heap.pb.gz",
      why: "removed: only the last 3 analyses of memory are kept",
    });
  });
});
