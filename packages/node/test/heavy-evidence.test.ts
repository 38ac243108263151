import { fork } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readForensicsOptions } from "../src/forensics/options.ts";
import { listIncidents, verifyBundle } from "../src/forensics.ts";
import { readJson, temporaryDirectory } from "./support/files.ts";

/** The bundle of a service that had an open incident when it was told to leave. */
async function left(heavy: object): Promise<string> {
  const dir = temporaryDirectory();
  const service = fork(join(import.meta.dirname, "leaving-service.mjs"), [dir, JSON.stringify(heavy)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  onTestFinished(() => void service.kill("SIGKILL"));
  await once(service, "message");
  service.kill("SIGTERM");
  expect(await once(service, "exit")).toEqual([0, null]);
  return listIncidents(dir)[0]?.dir ?? "";
}

it("a heap snapshot and a core dump are taken of a process that leaves with an open incident, where they are asked for", async () => {
  const incident = await left({ heapSnapshot: true, coreDump: true });
  const files = await verifyBundle(incident);
  expect(files.filter(({ state }) => state !== "intact")).toEqual([]);
  const snapshot = files.find(({ name }) => name === "bundle/heap.heapsnapshot");
  expect(snapshot?.kind).toBe("heap-snapshot");
  expect(readJson(incident, "bundle/heap.heapsnapshot").snapshot.node_count).toBeGreaterThan(1_000);
  expect(statSync(join(incident, "bundle/heap.heapsnapshot")).mode & 0o077).toBe(0);
  const core = files.find(({ name }) => name === "bundle/core");
  // Where there is no gdb, or a process may not be traced, the bundle says so.
  const { leftOut } = readJson(incident, "bundle/manifest.json");
  const why = (leftOut as { file: string; why: string }[]).find(({ file }) => file === "bundle/core")?.why;
  expect(core?.kind ?? why).toMatch(/^core-dump$|^gcore/);
}, 60_000);

it("what would be over its budget is left out, with both figures", async () => {
  const incident = await left({ heapSnapshot: { maxBytes: "1MiB" } });
  const { leftOut } = readJson(incident, "bundle/manifest.json");
  expect(leftOut).toContainEqual({
    file: "bundle/heap.heapsnapshot",
    why: expect.stringMatching(/^it would have about \d+ bytes, more than its budget of 1048576$/),
  });
}, 30_000);

it("nothing of the kind is taken of a process that nobody asked it of", async () => {
  const incident = await left({});
  const files = await verifyBundle(incident);
  expect(files.map(({ name }) => name).filter((name) => /core|snapshot/.test(name))).toEqual([]);
}, 30_000);

it.each([
  ["heapSnapshot", "1GB"],
  ["coreDump", { bytes: 1 }],
  ["coreDump", { maxBytes: 1 }],
  ["heapSnapshot", 7],
])("the option %s is not %j, and it is said what is right", (name, value) => {
  expect(() => readForensicsOptions({ [name]: value })).toThrow(
    new RegExp(`forensics.${name}: got .*expected (true, false|a size)`),
  );
});
