import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BlackBoxFile } from "../../src/blackbox/file.ts";
import { makeFigures } from "../../src/blackbox/main-slot.ts";
import { makeBlackBox } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";
import { boxPlace } from "../../src/flight/box-place.ts";
import { postMortem } from "../../src/flight/post-mortem.ts";
import { listIncidents } from "../../src/forensics/incident-file.ts";
import { temporaryDirectory } from "../support/files.ts";

const ORIGIN = { service: "shop", commit: undefined, image: undefined, entry: undefined };
const GONE = 4_194_301;

/** A process that is gone left its box, and the watchdog beside it had opened an incident that the main thread never heard of. */
function left(state: "open" | "closed", pid: number) {
  const dir = temporaryDirectory();
  const { path, header } = boxPlace(dir, ORIGIN);
  const box = makeBlackBox();
  const openedAt = Date.now() - 1_000;
  new SampleRing(box).push(Date.now(), 200, makeFigures());
  const identity = `${header.identity.slice(0, header.identity.lastIndexOf("/"))}/1`;
  new BlackBoxFile(path, { ...header, pid: GONE, identity, startedAt: openedAt - 5_000 }, box).flush();
  const id = "20261125T100000Z-abcdef";
  mkdirSync(join(dir, id));
  const trigger = { kind: "sensor: event_loop_stall", at: openedAt };
  const incident = {
    schema: "sop.incident/1",
    id,
    service: "shop",
    state,
    openedAt,
    trigger,
    triggers: [trigger],
    triggerCount: 1,
    timeline: [],
    process: { pid, node: process.version, cwd: dir },
  };
  writeFileSync(join(dir, id, "incident.json"), JSON.stringify(incident));
  return { dir, id, morgue: { dir, keep: 20, maxBytes: 2 ** 30 } };
}

it("a death joins the incident that was opened beside a main thread which never turned again", () => {
  const { dir, id, morgue } = left("open", GONE);
  const { incidents, failed } = postMortem(morgue, "shop");
  expect(failed).toEqual([]);
  expect(incidents.map((incident) => incident.id)).toEqual([id]);
  expect(listIncidents(dir)).toMatchObject([
    { id, state: "closed", triggers: [{ kind: "sensor: event_loop_stall" }, { kind: "death" }] },
  ]);
  expect(readdirSync(join(dir, "flight"))).toEqual([]);
});

it.each([
  ["is closed", "closed", GONE],
  ["is of another process", "open", GONE - 1],
] as const)("it does not join one that %s", (_name, state, pid) => {
  const { dir, id, morgue } = left(state, pid);
  const { incidents } = postMortem(morgue, "shop");
  expect(incidents.map((incident) => incident.id)).not.toContain(id);
  expect(listIncidents(dir)).toHaveLength(2);
});
