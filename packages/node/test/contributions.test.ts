import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordedRace } from "@sop/core";
import { expect, it, vi } from "vitest";
import { createSop } from "../src/create-sop.ts";
import { type Contributor, contribute, renew } from "../src/forensics/contributions.ts";
import { verifyBundle } from "../src/forensics/verify.ts";

const LOST_UPDATE: RecordedRace = {
  kind: "lost_update",
  store: "sessions",
  key: "cart:7",
  steps: [
    { at: 1, owner: "r-1", requestId: "r-1", route: "/cart", action: "read" },
    { at: 2, owner: "r-2", requestId: "r-2", route: "/cart", action: "read" },
    { at: 3, owner: "r-2", requestId: "r-2", route: "/cart", action: "write" },
    { at: 4, owner: "r-1", requestId: "r-1", route: "/cart", action: "write" },
  ],
  count: 1,
};

function incidentWith(...contributors: Contributor[]) {
  const dir = mkdtempSync(join(tmpdir(), "sop-contributions-"));
  const error = vi.fn();
  const logger = { debug() {}, info() {}, warn() {}, error };
  const sop = createSop({ service: "test", logger, config: false, drain: false, forensics: { dir } });
  for (const contributor of contributors) contribute(sop, contributor);
  const { id } = sop.openIncident();
  const path = join(dir, id);
  const read = (file: string) => JSON.parse(readFileSync(join(path, file), "utf8"));
  return { sop, path, error, read };
}

it("what a part contributes is in the window, in the bundle and in its manifest", async () => {
  const bytes = new Uint8Array([0, 255, 254, 10]);
  const { path, read, sop } = incidentWith({
    name: "part",
    window: () => ({ samples: [{ at: 1, interval: 200, fd_count: 7 }], missing: ["gc: off"] }),
    files: () => [{ name: "part.bin", kind: "part", data: bytes }],
    leftOut: () => [{ file: "heap.pb.gz", why: "it would take too long" }],
  });
  await vi.waitFor(() => read("incident.json"));
  expect(read("bundle/window.json")).toMatchObject({
    samples: [{ fd_count: 7 }],
    missing: expect.arrayContaining(["gc: off"]),
    troubleAt: sop.incident?.openedAt,
  });
  expect(readFileSync(join(path, "bundle/part.bin"))).toEqual(Buffer.from(bytes));
  const { files, leftOut } = read("bundle/manifest.json");
  expect(files).toContainEqual(expect.objectContaining({ name: "bundle/part.bin", kind: "part", bytes: 4 }));
  expect(leftOut).toContainEqual({ file: "bundle/heap.pb.gz", why: "it would take too long" });
  expect((await verifyBundle(path)).every(({ state }) => state === "intact")).toBe(true);
});

it("what takes its time is written later, and holds nothing up", async () => {
  let finish = (): void => {};
  const late = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { read, path } = incidentWith({
    name: "slow",
    async filesLater() {
      await late;
      return [{ name: "slow.txt", kind: "slow", data: "here" }];
    },
  });
  await vi.waitFor(() => read("incident.json"));
  finish();
  await vi.waitFor(() => expect(readFileSync(join(path, "bundle/slow.txt"), "utf8")).toBe("here"), 5_000);
});

it("a part that fails breaks nothing: it is missing, and told once", async () => {
  const fail = (): never => {
    throw new Error("broken");
  };
  const { read, error, sop } = incidentWith({
    name: "part",
    window: fail,
    files: fail,
    leftOut: fail,
    filesLater: fail,
  });
  await vi.waitFor(() => read("incident.json"));
  expect(read("bundle/window.json").missing).toContain("part");
  renew(sop);
  expect(error).toHaveBeenCalledTimes(1);
});

it("a part that has more evidence has the incident diagnosed again", async () => {
  let fds = 1;
  const { read, sop } = incidentWith({
    name: "part",
    window: () => ({ samples: [{ at: 1, interval: 200, fd_count: fds }] }),
  });
  await vi.waitFor(() => read("incident.json"));
  fds = 2;
  renew(sop);
  await vi.waitFor(() => expect(read("bundle/window.json").samples[0].fd_count).toBe(2), 5_000);
});

it("what was said of it stays when the trouble is over, with the evidence that it is from", async () => {
  let races: RecordedRace[] = [];
  const { read, sop, path } = incidentWith({ name: "part", window: () => ({ races }) });
  await vi.waitFor(() => read("incident.json"));
  expect(read("diagnosis.json").root_cause).not.toBe("race_condition");

  races = [LOST_UPDATE];
  renew(sop);
  await vi.waitFor(() => expect(read("diagnosis.json").root_cause).toBe("race_condition"), 5_000);
  await vi.waitFor(() => expect(readFileSync(join(path, "report.md"), "utf8")).toContain("cart:7"), 5_000);

  races = [];
  sop.openIncident();
  await vi.waitFor(() => expect(read("incident.json").triggerCount).toBe(2), 5_000);
  expect(read("diagnosis.json").root_cause).toBe("race_condition");
  expect(read("bundle/window.json").races).toHaveLength(1);
  expect(readFileSync(join(path, "report.md"), "utf8")).toContain("cart:7");
  expect((await verifyBundle(path)).every(({ state }) => state === "intact")).toBe(true);
});

it("what could not be written of a cause is written when there is room again, though its trouble is over", async () => {
  let races: RecordedRace[] = [];
  const { read, sop, path } = incidentWith({ name: "part", window: () => ({ races }) });
  await vi.waitFor(() => read("incident.json"));

  const diagnosis = join(path, "diagnosis.json");
  rmSync(diagnosis);
  mkdirSync(diagnosis);
  races = [LOST_UPDATE];
  renew(sop);
  await vi.waitFor(() => expect(read("bundle/window.json").races).toHaveLength(1), 5_000);
  rmdirSync(diagnosis);

  races = [];
  renew(sop);
  await vi.waitFor(() => expect(read("bundle/window.json").races).toEqual([]), 5_000);
  await vi.waitFor(() => expect(read("diagnosis.json").root_cause).not.toBe("race_condition"), 5_000);
});
