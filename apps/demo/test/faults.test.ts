import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listIncidents, readEvidence } from "@sop/node/forensics";
import { expect, it } from "vitest";
import { FAULT_NAMES, FAULTS, type FaultName } from "../src/faults/faults.ts";
import { demo, directory } from "./support/demo.ts";

const STEPS = ["contained", "recorded", "diagnosed", "mitigated", "reproduced"];

it.each(Object.keys(FAULTS) as FaultName[])(
  "closes the loop on a %s that nobody told the catalog of, with the right class",
  async (name) => {
    const dir = directory();
    const { output, closed } = demo("--fault", name, "--no-alerts", "--dir", dir);
    expect(await closed, output.text).toBe(0);
    expect(output.text.trimEnd().split("\n").at(-1)).toMatch(/^loop closed in \d+\.\d s: /);
    // What the fault leaves behind may be noticed once more, after the loop is closed.
    const ofClass = listIncidents(join(dir, "incidents/catalog")).filter(
      (incident) => readEvidence(incident.dir).diagnosis.root_cause === FAULTS[name].cause,
    );
    const taken = ofClass.map(({ timeline }) =>
      timeline.filter(({ outcome }) => outcome === "ok").map(({ step }) => step),
    );
    expect(taken).toContainEqual(expect.arrayContaining(STEPS));
    const found = ofClass[taken.findIndex((steps) => STEPS.every((step) => (steps as string[]).includes(step)))];
    expect(found?.triggers.map(({ kind }) => kind).join()).toContain("sensor: ");
    expect(readFileSync(join(found?.dir ?? "", "report.html"), "utf8")).toContain(FAULTS[name].cause);
  },
  240_000,
);

it("tells which faults there are", async () => {
  const { output, closed } = demo("--fault", "list");
  expect(await closed).toBe(0);
  for (const name of FAULT_NAMES) expect(output.text).toMatch(new RegExp(`^ +${name} +\\S+ +\\S`, "m"));
});

it.each([
  [["--fault", "flood"], /--fault: got flood, expected crash, leak, .*or list/],
  [["--fault", "leak", "--source", "etcd"], /the flag is in the file then/],
])("refuses %j, and says what is right", async (args, message) => {
  const { output, closed } = demo(...args);
  expect(await closed).toBe(2);
  expect(output.text).toMatch(message);
});
