import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { listIncidents, verifyBundle } from "../../src/forensics.ts";
import { temporaryDirectory } from "../support/files.ts";
import { Watched } from "./process.ts";

/** Asks for a path that blocks, and tells whether it was answered yet. */
function blockedBy(service: Watched, path: string) {
  const state = { isAnswered: false, answer: Promise.resolve("") };
  state.answer = service.ask(path).then((text) => {
    state.isAnswered = true;
    return text;
  });
  // It may be killed before.
  state.answer.catch(() => {});
  return state;
}

/** Once all of it is written, each file is as its manifest says. */
async function isWhole(dir: string): Promise<void> {
  const broken = async () => (await verifyBundle(dir)).filter(({ state }) => state !== "intact");
  await expect.poll(broken, { timeout: 15_000 }).toEqual([]);
}

/** The most that it has had so far; of one that is gone 0. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

const ownFrame = (frames: readonly { file: string; function?: string | undefined }[]) =>
  frames.find(({ file }) => file.endsWith("service.mjs"));

it("names a loop, the request that runs it and its place while it is still blocked, and the process goes on as before", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/loop");
  const { incident, diagnosis, stacks } = await service.found();
  expect(blocked.isAnswered).toBe(false);
  expect(incident.trigger).toMatchObject({ kind: "sensor: event_loop_stall", method: "GET", route: "/loop" });
  expect(incident.timeline.map(({ step }) => step)).toEqual(["recorded", "diagnosed"]);
  expect(diagnosis).toMatchObject({ root_cause: "event_loop_stall", route: "/loop" });
  expect(stacks[0]?.frames[0]).toMatchObject({ function: "busyLoop", file: expect.stringMatching(/service\.mjs$/) });
  expect(stacks[0]?.frames[0]?.line).toBeGreaterThan(1);
  expect(stacks[0]?.requestId).toBe(incident.trigger.requestId);
  expect(blocked.isAnswered).toBe(false);

  const before = Number(await service.turn("ticks"));
  expect(Number(await blocked.answer)).toBeGreaterThan(1_000);
  expect(await service.ask("/fine")).toBe("fine");
  // Timers go on.
  await expect.poll(() => service.turn("ticks").then(Number)).toBeGreaterThan(before);
  // The main thread has taken it over, and what it wrote of it is whole.
  const open = await service.openIncident();
  expect(open).toMatchObject({ id: incident.id, openedAt: incident.openedAt });
  const adopted = await service.found(({ incident: { process } }) => process.pid === service.child.pid);
  await isWhole(adopted.dir);
  expect(listIncidents(service.dir).length).toBe(1);
}, 60_000);

it("samples it a few times, so that work that goes on is told from what passes by", async () => {
  const service = await Watched.start();
  blockedBy(service, "/long-loop");
  const { stacks } = await service.found((found) => found.stacks.length >= 4);
  expect(new Set(stacks.map(({ frames }) => frames[0]?.function))).toEqual(new Set(["busyLoop"]));
  const silences = stacks.map(({ silent }) => silent);
  expect(silences).toEqual([...silences].sort((a, b) => a - b));
}, 60_000);

it("names a regular expression that backtracks: the function that called it", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/regex");
  const { diagnosis, stacks } = await service.found();
  expect(blocked.isAnswered).toBe(false);
  expect(stacks[0]?.frames[0]?.function).toBe("backtrack");
  expect(diagnosis.summary).toContain("backtrack");
}, 60_000);

it("says that it is in native code, and names its caller when that is back in JavaScript", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/hash");
  const { stacks } = await service.found();
  expect(blocked.isAnswered).toBe(false);
  expect(stacks[0]).toMatchObject({ frames: [], thread: { does: "busy" } });
  expect(stacks[0]?.thread?.seen).toContain("in native code; no JavaScript stack");
  const later = await service.found((found) => found.stacks.some(({ isAfterNative }) => isAfterNative === true));
  const back = later.stacks.find(({ isAfterNative }) => isAfterNative === true);
  expect(ownFrame(back?.frames ?? [])?.function).toBe("hash");
  await blocked.answer;
  expect(await service.ask("/fine")).toBe("fine");
}, 60_000);

it("tells a wait for a child process from work, by what the kernel says", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/exec");
  const { stacks, diagnosis } = await service.found();
  expect(blocked.isAnswered).toBe(false);
  expect(stacks[0]).toMatchObject({ frames: [], thread: { does: "waits" } });
  expect(diagnosis.root_cause).toBe("event_loop_stall");
  expect(await blocked.answer).toBe("0");
}, 60_000);

it("names who waits for shared memory", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/wait");
  const { stacks } = await service.found();
  expect(blocked.isAnswered).toBe(false);
  expect(ownFrame(stacks[0]?.frames ?? [])?.function).toBe("/wait");
  expect(await blocked.answer).toBe("timed-out");
}, 60_000);

it("does not call a long collection of garbage a stall", async () => {
  const service = await Watched.start({}, ["--max-old-space-size=2000"]);
  await service.ask("/fill");
  await service.ask("/gc");
  const isBlamed = service.onDisk().filter(({ incident }) => incident.trigger.kind === "sensor: event_loop_stall");
  expect(isBlamed.map(({ stacks }) => stacks)).toEqual([]);
}, 60_000);

it("passes over debugger statements, also those that come while it looks", async () => {
  const service = await Watched.start();
  const blocked = blockedBy(service, "/debugger");
  const { stacks } = await service.found();
  expect(stacks[0]?.frames[0]?.function).toBe("withDebuggerStatements");
  expect(Number(await blocked.answer)).toBeGreaterThan(1_000);
  expect(await service.ask("/debugger-once")).toBe("passed");
}, 60_000);

it("does not keep a blocked process from its end at the limit of its heap: a debugger would raise it fourfold", async () => {
  const service = await Watched.start({}, ["--max-old-space-size=64"]);
  const ended = once(service.child, "exit");
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(service.child.pid));
  }, 20);
  onTestFinished(() => clearInterval(watch));
  blockedBy(service, "/fill-blocked");
  const found = await service.found();
  expect(ownFrame(found.stacks[0]?.frames ?? [])?.function).toBe("busyLoop");
  expect(await ended).toEqual([null, "SIGABRT"]);
  expect(service.output).toContain("JavaScript heap out of memory");
  // Without a debugger it comes to about 185 MB, with one that stays to 310 MB.
  expect(peak / 1e6).toBeLessThan(245);
}, 60_000);

it("leaves a process alone that a person's debugger may look into", async () => {
  const service = await Watched.start({}, ["--inspect=127.0.0.1:0"]);
  const blocked = blockedBy(service, "/loop");
  const { stacks } = await service.found();
  expect(stacks[0]?.frames).toEqual([]);
  expect(stacks[0]?.thread?.seen).toContain("an inspector is open, whose session is left alone");
  await blocked.answer;
}, 60_000);

it("takes no stack where stacks are off", async () => {
  const service = await Watched.start({ watchdog: { stacks: false } });
  blockedBy(service, "/long-loop");
  const { stacks } = await service.found();
  expect(stacks[0]).toMatchObject({ frames: [], thread: { does: "busy" } });
}, 60_000);

it("joins an incident that is open already, on disk while it is still blocked", async () => {
  const service = await Watched.start();
  await service.turn("open");
  const first = await service.found();
  expect(first.incident.triggers.map(({ kind }) => kind)).toEqual(["manual"]);
  const blocked = blockedBy(service, "/loop");
  const joined = await service.found(({ incident }) => incident.triggerCount === 2);
  expect(blocked.isAnswered).toBe(false);
  expect(joined.incident).toMatchObject({ id: first.incident.id, trigger: { kind: "manual" } });
  expect(joined.diagnosis).toMatchObject({ root_cause: "event_loop_stall", route: "/loop" });
  await blocked.answer;
  await isWhole(joined.dir);
  expect(service.onDisk().length).toBe(1);
}, 60_000);

it("says once that nothing can be recorded, and the process goes on", async () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const service = await Watched.start({ forensics: { dir: join(file, "incidents") } });
  await blockedBy(service, "/loop").answer;
  await blockedBy(service, "/loop").answer;
  expect(await service.ask("/fine")).toBe("fine");
  const told = service.output.match(/"reason":"[^"]+","msg":"watchdog: the main thread was silent[^"]*"/g);
  expect(told).toEqual([expect.stringContaining("ENOTDIR")]);
}, 60_000);

it("is no incident before the first request, and none while the service drains", async () => {
  const starting = await Watched.started();
  await starting.turn("watched");
  starting.child.send({ block: 2_500 });
  await starting.turn("ticks");
  expect(starting.onDisk()).toEqual([]);

  const leaving = await Watched.start();
  leaving.child.send({ drain: true });
  leaving.child.send({ block: 2_500 });
  await leaving.turn("ticks");
  expect(leaving.onDisk()).toEqual([]);
}, 60_000);

it("opens so many within an hour, counts the others, and says so once", async () => {
  const service = await Watched.start({ watchdog: { maxIncidentsPerHour: 1 }, incidents: { quiet: "1s" } });
  for (let i = 0; i < 3; i++) {
    service.child.send({ block: 2_000 });
    await service.turn("ticks");
    await expect.poll(() => service.openIncident(), { timeout: 15_000 }).toBe(null);
  }
  expect(service.onDisk().length).toBe(1);
  expect(service.output.split("no more incidents are opened within this hour").length).toBe(2);
}, 90_000);
