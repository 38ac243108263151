import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createSop } from "../src/create-sop.ts";
import { type Contributor, contribute, renew } from "../src/forensics/contributions.ts";
import { verifyBundle } from "../src/forensics/verify.ts";

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
