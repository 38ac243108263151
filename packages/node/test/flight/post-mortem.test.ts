import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { listIncidents } from "../../src/forensics/incident-file.ts";
import { verifyBundle } from "../../src/forensics/verify.ts";
import { filesBelow, readJson, temporaryDirectory } from "../support/files.ts";
import { startService } from "./child.ts";

const WAIT = { timeout: 8_000, interval: 50 };

/** The black boxes that are there. */
function boxes(dir: string): string[] {
  try {
    return readdirSync(join(dir, "incidents/flight"));
  } catch {
    return [];
  }
}

async function flown(dir: string, env?: Readonly<Record<string, string>>, args?: readonly string[]) {
  const service = await startService(dir, env, args);
  await vi.waitFor(() => expect(boxes(dir)).toHaveLength(1), WAIT);
  return service;
}

function incidentsIn(dir: string) {
  return listIncidents(join(dir, "incidents"));
}

describe("a process that was killed", () => {
  it("has an incident once it is started again: what it did, what it did not end, and not one second is missing", async () => {
    const dir = temporaryDirectory();
    const first = await flown(dir);
    for (let i = 0; i < 5; i++) await fetch(`${first.url}/work?token=hunter22`);
    await fetch(`${first.url}/warn`);
    fetch(`${first.url}/hang`, { headers: { "x-request-id": "it-hangs" } }).catch(() => {});
    await sleep(1_000);
    await fetch(`${first.url}/last`);
    const lastAt = Date.now();
    await sleep(400);
    first.child.kill("SIGKILL");
    await first.exited;
    expect(incidentsIn(dir)).toEqual([]);

    const second = await startService(dir);
    await vi.waitFor(() => expect(incidentsIn(dir)).toHaveLength(1), WAIT);
    const [incident] = incidentsIn(dir);
    expect(incident).toMatchObject({
      service: "shop",
      state: "closed",
      trigger: { kind: "death" },
      process: { pid: first.child.pid, cwd: dir },
    });
    const path = incident?.dir ?? "";
    expect((await verifyBundle(path)).map(({ state }) => state)).toEqual(expect.arrayContaining(["intact"]));
    expect((await verifyBundle(path)).every(({ state }) => state === "intact")).toBe(true);
    const records = readFileSync(join(path, "bundle/flight.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.filter(({ kind, route }) => kind === "request" && route === "/work")).toHaveLength(5);
    expect(records.some(({ kind, what }) => kind === "log" && what === "stock is low token=***")).toBe(true);
    expect(records.some(({ route, at }) => route === "/last" && Math.abs(at - lastAt) < 500)).toBe(true);
    expect(readJson(path, "bundle/in-flight.json")).toMatchObject({
      count: 1,
      entries: [{ kind: "request", route: "/hang", method: "GET", requestId: "it-hangs" }],
    });
    const window = readJson(path, "bundle/window.json") as { samples: { at: number }[]; death: { at: number } };
    expect(window.samples.length).toBeGreaterThan(3);
    expect(readJson(path, "diagnosis.json")).toMatchObject({ root_cause: "unknown" });
    expect(readFileSync(join(path, "report.md"), "utf8")).toContain("The process ended");
    const whole = join(dir, "incidents");
    for (const file of filesBelow(whole)) expect(readFileSync(join(whole, file)).includes("hunter22")).toBe(false);
    await vi.waitFor(() => expect(second.lines.join()).toContain(incident?.id), WAIT);
    // Only that of the process which runs.
    await vi.waitFor(() => expect(boxes(dir)).toHaveLength(1), WAIT);
  });

  it("has one incident, however many start again at once", async () => {
    const dir = temporaryDirectory();
    const first = await flown(dir);
    first.child.kill("SIGKILL");
    await first.exited;
    await Promise.all(Array.from({ length: 4 }, () => startService(dir)));
    await vi.waitFor(() => expect(incidentsIn(dir)).toHaveLength(1), WAIT);
    await sleep(500);
    expect(incidentsIn(dir)).toHaveLength(1);
  });

  it("has an incident too where its black box is damaged, which says so", async () => {
    const dir = temporaryDirectory();
    const first = await flown(dir);
    await fetch(`${first.url}/work`);
    await sleep(500);
    first.child.kill("SIGKILL");
    await first.exited;
    const path = join(dir, "incidents/flight", boxes(dir)[0] ?? "");
    writeFileSync(path, readFileSync(path).subarray(0, 100_000));
    await startService(dir);
    await vi.waitFor(() => expect(incidentsIn(dir)).toHaveLength(1), WAIT);
    const { missing } = readJson(incidentsIn(dir)[0]?.dir ?? "", "bundle/window.json") as { missing: string[] };
    expect(missing).toContainEqual(expect.stringContaining("flight recorder: records"));
  });
});

describe("a process that ends otherwise", () => {
  it.each([
    ["with 0", "/leave", [0, null]],
    ["by a crash, of which it has an incident itself", "/throw", [1, null]],
    ["by a stack that is too deep, of which it has an incident itself", "/stack", [1, null]],
  ])("%s leaves no black box", async (_name, path, ended) => {
    const dir = temporaryDirectory();
    const service = await flown(dir);
    await fetch(`${service.url}${path}`);
    expect(await service.exited).toEqual(ended);
    expect(boxes(dir)).toEqual([]);
    expect(incidentsIn(dir)).toHaveLength(path === "/leave" ? 0 : 1);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "by %s, which was sent to it, leaves none, drained or not",
    async (signal) => {
      for (const drain of [true, false]) {
        const dir = temporaryDirectory();
        const options = { OPTIONS: JSON.stringify(drain ? {} : { drain: false }) };
        const service = await flown(dir, options);
        service.child.kill(signal);
        expect(await service.exited).toEqual(drain && signal !== "SIGHUP" ? [0, null] : [null, signal]);
        expect(boxes(dir)).toEqual([]);
      }
    },
  );

  it("with a code of its own, and without an incident, has one later", async () => {
    const dir = temporaryDirectory();
    const service = await flown(dir);
    await fetch(`${service.url}/exit`);
    expect(await service.exited).toEqual([3, null]);
    await startService(dir);
    await vi.waitFor(() => expect(incidentsIn(dir)).toMatchObject([{ trigger: { kind: "death: exit 3" } }]), WAIT);
  });

  it("while it has an incident open has no other: its end is a trigger of that one, and what was recorded stays", async () => {
    const dir = temporaryDirectory();
    const service = await flown(dir);
    await fetch(`${service.url}/hang`, { signal: AbortSignal.timeout(200) }).catch(() => {});
    service.child.kill("SIGUSR2");
    await vi.waitFor(() => expect(incidentsIn(dir)).toHaveLength(1), WAIT);
    await sleep(1_000);
    service.child.kill("SIGKILL");
    await service.exited;
    await startService(dir);
    await vi.waitFor(
      () =>
        expect(incidentsIn(dir)).toMatchObject([
          { state: "closed", triggerCount: 2, triggers: [{ kind: "signal: SIGUSR2" }, { kind: "death" }] },
        ]),
      WAIT,
    );
    const path = incidentsIn(dir)[0]?.dir ?? "";
    expect(await verifyBundle(path)).toContainEqual({
      name: "bundle/events.ndjson",
      kind: "events",
      bytes: expect.any(Number),
      state: "intact",
    });
    expect((await verifyBundle(path)).every(({ state }) => state === "intact")).toBe(true);
  });
});
