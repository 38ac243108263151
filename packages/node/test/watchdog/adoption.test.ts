import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createSop, type Incident } from "@sop/core";
import { expect, it, onTestFinished } from "vitest";
import { contributedFiles, contributedWindow, onRenewal } from "../../src/forensics/contributions.ts";
import { readIncident, writeIncident } from "../../src/forensics/incident-file.ts";
import { BlockedEvidence } from "../../src/watchdog/blocked-evidence.ts";
import { IncidentKeeper } from "../../src/watchdog/incident-keeper.ts";
import { lines } from "../admin/support.ts";
import { temporaryDirectory } from "../support/files.ts";
import { host } from "../support/service.ts";

function bench(dir?: string) {
  const sop = createSop({ service: "shop", logger: lines().logger, ports: { host } });
  const keeper = new IncidentKeeper(sop);
  const evidence = new BlockedEvidence(sop, keeper, dir);
  const told: string[] = [];
  sop.observe({
    incidentOpened: ({ id }) => void told.push(`opened ${id}`),
    incidentChanged: (_incident, step) => void told.push(step?.step ?? "joined"),
  });
  onRenewal(sop, () => told.push("renewed"));
  onTestFinished(() => sop.dispose());
  return { sop, keeper, evidence, told };
}

const stack = (at: number, name: string) => ({
  at,
  silent: 1_000,
  frames: [{ function: name, file: "/app/a.js", line: 1, column: 1, package: undefined, version: undefined }],
});
const incident = { id: "20261125T093000Z-abcdef", at: 5_000 };
const failed = (): void => {
  throw new Error("a contributor failed");
};

it("takes over the incident that the watchdog opened, under its id and with its stacks", () => {
  const { sop, evidence, told } = bench();
  evidence.add({ kind: "blocked", incident, blocked: { since: 4_000, stacks: [stack(5_000, "a")] } });
  expect(told).toEqual([`opened ${incident.id}`]);
  expect(sop.incident).toMatchObject({
    id: incident.id,
    openedAt: 5_000,
    triggers: [{ kind: "sensor: event_loop_stall" }],
  });
  const open = sop.incident as Incident;
  expect(contributedWindow(sop, open, failed)).toMatchObject({ troubleAt: 4_000, stacks: [stack(5_000, "a")] });
  expect(contributedFiles(sop, open, failed).files.map(({ name }) => name)).toEqual(["stacks.json"]);
});

it("has it diagnosed again with each further stack, and keeps those of earlier silences", () => {
  const { sop, evidence, told } = bench();
  const first = [stack(5_000, "a")];
  evidence.add({ kind: "blocked", incident, blocked: { since: 4_000, stacks: first } });
  evidence.add({ kind: "blocked", incident, blocked: { since: 4_000, stacks: [...first, stack(5_200, "b")] } });
  evidence.add({ kind: "blocked", incident: undefined, blocked: { since: 20_000, stacks: [stack(21_000, "c")] } });
  expect(told).toEqual([`opened ${incident.id}`, "renewed", "renewed"]);
  const { stacks } = contributedWindow(sop, sop.incident as Incident, failed);
  expect(stacks?.map(({ frames }) => frames[0]?.function)).toEqual(["a", "b", "c"]);
});

it("joins the incident that is open, each signal once", () => {
  const { sop, keeper, told } = bench();
  const { id } = sop.openIncident();
  keeper.open("overload", 1_000);
  keeper.open("overload", 2_000);
  keeper.open("fd_leak", 3_000);
  keeper.stay(false);
  keeper.stay(true);
  expect(told).toEqual([`opened ${id}`, "joined", "renewed", "joined", "renewed"]);
  expect(sop.incident?.triggers.map(({ kind }) => kind)).toEqual(["manual", "sensor: overload", "sensor: fd_leak"]);
});

it("opens none while the service drains", async () => {
  const { sop, keeper, told } = bench();
  void sop.drain();
  expect([keeper.open("overload", 1_000), told]).toEqual([undefined, []]);
});

it("takes over also while the service drains, as it is on disk already", () => {
  const { sop, evidence, told } = bench();
  void sop.drain();
  evidence.add({ kind: "blocked", incident, blocked: { since: 4_000, stacks: [stack(5_000, "a")] } });
  expect(told).toEqual([`opened ${incident.id}`]);
});

it("closes the watchdog's on disk where another was opened before the main thread heard of it", () => {
  const dir = temporaryDirectory();
  const { sop, evidence } = bench(dir);
  const trigger = { kind: "sensor: event_loop_stall", at: 5_000 };
  const record = {
    schema: "sop.incident/1",
    id: incident.id,
    service: "shop",
    state: "open",
    openedAt: 5_000,
    trigger,
    triggers: [trigger],
    triggerCount: 1,
    timeline: [],
    process: { pid: 1, node: "v24", cwd: "/" },
  } as const;
  mkdirSync(join(dir, incident.id));
  writeIncident(join(dir, incident.id), record);
  const open = sop.openIncident("panic");
  evidence.add({ kind: "blocked", incident, blocked: { since: 4_000, stacks: [stack(5_000, "a")] } });
  expect(sop.incident).toBe(open);
  expect(contributedWindow(sop, open, failed).stacks?.length).toBe(1);
  expect(readIncident(join(dir, incident.id)).state).toBe("closed");
});

it("tells nothing of blocks to an incident of another trouble", () => {
  const { sop } = bench();
  const open = sop.openIncident();
  expect(contributedFiles(sop, open, failed)).toEqual({ files: [], leftOut: [] });
  expect(contributedWindow(sop, open, failed)).not.toHaveProperty("stacks");
});
