import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { IncidentFolder } from "../src/forensics/incident-folder.ts";
import { WriteQueue } from "../src/forensics/write-queue.ts";
import { verifyBundle } from "../src/forensics.ts";
import { filesBelow, temporaryDirectory } from "./support/files.ts";
import { recorded, silent } from "./support/recorded.ts";
import { serve } from "./support/service.ts";

/** A file system of 256 KiB that is this test's own; `undefined` where none can be mounted. */
function tinyFileSystem(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const dir = temporaryDirectory();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "none", dir]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", dir]));
  return dir;
}

function fill(dir: string): void {
  for (let i = 0; i < 1_000; i++) {
    try {
      writeFileSync(join(dir, `ballast${i}`), Buffer.alloc(4096));
    } catch {
      return;
    }
  }
  throw new Error("the file system never became full");
}

function makeRoom(dir: string): void {
  for (const name of readdirSync(dir)) if (name.startsWith("ballast")) rmSync(join(dir, name));
}

/** The folder of the one incident, which is written when the test says so. */
function folderOf(dir: string, logger: Logger = silent): { folder: IncidentFolder; path: string } {
  const later = vi.spyOn(WriteQueue.prototype, "later").mockImplementation(() => {});
  onTestFinished(() => later.mockRestore());
  const { sop } = recorded({ dir }, logger);
  sop.openIncident("drill");
  const [folder] = later.mock.calls[0] as [IncidentFolder];
  return { folder, path: join(dir, folder.id) };
}

describe("a disk that is full", () => {
  it("is said once, harms no request, and has the whole evidence when there is room again", async ({ skip }) => {
    const dir = tinyFileSystem();
    if (dir === undefined) return skip("no tmpfs can be mounted here");
    fill(dir);
    const error = vi.fn<Logger["error"]>();
    const { folder, path } = folderOf(dir, { ...silent, error });
    folder.writeNow();
    await folder.write();
    folder.writeNow();
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toMatchObject({ reason: expect.stringContaining("ENOSPC") });
    expect(filesBelow(path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await using service = await serve(recorded({ dir }).sop, (_request, response) => response.end("ok"));
    expect(await (await fetch(service.url)).text()).toBe("ok");

    makeRoom(dir);
    folder.writeNow();
    expect(new Set((await verifyBundle(path)).map(({ state }) => state))).toEqual(new Set(["intact"]));
    // Another time is another line.
    fill(dir);
    folder.closed();
    folder.writeNow();
    expect(error).toHaveBeenCalledTimes(2);
  });

  it.each(["writeNow", "write"] as const)("what %s could not write is written the next time", async (way) => {
    const { folder, path } = folderOf(temporaryDirectory());
    const blocked = join(path, "bundle/requests.json");
    mkdirSync(join(blocked, "in the way"), { recursive: true });
    await folder[way]();
    rmdirSync(join(blocked, "in the way"));
    rmdirSync(blocked);
    await folder[way]();
    expect(new Set((await verifyBundle(path)).map(({ state }) => state))).toEqual(new Set(["intact"]));
  });
});
