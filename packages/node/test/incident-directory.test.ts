import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createSop, diagnose, type Logger, OptionError } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type ForensicsOptions,
  forensics,
  listIncidents,
  markStep,
  readEvidence,
  readIncident,
  readWindow,
} from "../src/forensics.ts";
import { temporaryDirectory } from "./support/files.ts";
import { diagnosed, recorded, silent } from "./support/recorded.ts";
import { host, serve } from "./support/service.ts";

describe("the directory of incidents", () => {
  it("keeps the newest, and nothing but incidents is removed", async () => {
    const dir = temporaryDirectory();
    for (const day of ["01", "02", "03"]) {
      const old = join(dir, `202601${day}T000000Z-abcdef`);
      mkdirSync(old);
      writeFileSync(join(old, "incident.json"), "{}");
    }
    mkdirSync(join(dir, "20260101T000000Z-notes"));
    const { sop } = recorded({ dir, keep: 2 });
    sop.openIncident("drill");
    await diagnosed(dir);
    await vi.waitFor(() => expect(existsSync(join(dir, "20260102T000000Z-abcdef"))).toBe(false), { timeout: 10_000 });
    expect(existsSync(join(dir, "20260103T000000Z-abcdef"))).toBe(true);
    expect(existsSync(join(dir, "20260101T000000Z-notes"))).toBe(true);
  });

  it("takes no more room than it may: the oldest go first, and the one that is written stays", async () => {
    const dir = temporaryDirectory();
    for (const day of ["01", "02", "03"]) {
      const old = join(dir, `202601${day}T000000Z-abcdef`);
      mkdirSync(join(old, "bundle"), { recursive: true });
      writeFileSync(join(old, "incident.json"), "{}");
      writeFileSync(join(old, "bundle/heap"), Buffer.alloc(400_000));
    }
    const { sop } = recorded({ dir, maxBytes: "1MiB" });
    sop.openIncident("drill");
    await diagnosed(dir);
    await vi.waitFor(() => expect(existsSync(join(dir, "20260101T000000Z-abcdef"))).toBe(false), { timeout: 10_000 });
    expect(existsSync(join(dir, "20260102T000000Z-abcdef"))).toBe(true);
    expect(existsSync(join(dir, "20260103T000000Z-abcdef"))).toBe(true);
  });

  it("that cannot be written to is one line in the log, and harms no request", async () => {
    const dir = join(temporaryDirectory(), "taken");
    writeFileSync(dir, "a file");
    const error = vi.fn<Logger["error"]>();
    const { sop } = recorded({ dir }, { ...silent, error });
    await using service = await serve(sop, (_request, response) => response.end("ok"));
    sop.openIncident("drill");
    await vi.waitFor(() => expect(error).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    expect(error.mock.calls[0]?.[1]).toBe("the incident could not be recorded");
    expect(sop.incident?.timeline).toContainEqual(expect.objectContaining({ step: "recorded", outcome: "failed" }));
    expect(await (await fetch(service.url)).text()).toBe("ok");
  });

  it("is for the service's own user only", async () => {
    const { sop, dir } = recorded();
    sop.openIncident("drill");
    const incident = await diagnosed(dir);
    expect(statSync(incident).mode & 0o077).toBe(0);
    expect(statSync(join(incident, "incident.json")).mode & 0o077).toBe(0);
  });
});

describe("a step of another process", () => {
  it("is noted once, and outlives what the service writes later", async () => {
    const { sop, dir } = recorded();
    sop.openIncident("drill");
    const incident = await diagnosed(dir);
    const { timeline } = markStep(incident, "mitigated", "the flag was switched");
    expect(timeline.at(-1)).toMatchObject({ step: "mitigated", outcome: "ok", detail: "the flag was switched" });
    expect(readFileSync(join(incident, "report.md"), "utf8")).toMatch(/\| mitigated \|.*\| the flag was switched \|/);
    expect(markStep(incident, "mitigated", "again", "failed").timeline).toEqual(timeline);

    sop.dispose();
    await vi.waitFor(() => expect(readIncident(incident).state).toBe("closed"), { timeout: 10_000 });
    expect(readIncident(incident).timeline).toEqual(timeline);
  });
});

it("a process that died while it noted a step does not stop others", async () => {
  const { sop, dir } = recorded();
  sop.openIncident("drill");
  const incident = await diagnosed(dir);
  const lock = join(incident, ".incident.lock");
  writeFileSync(lock, "");
  utimesSync(lock, 0, 0);
  expect(markStep(incident, "mitigated", "x").timeline.at(-1)).toMatchObject({ step: "mitigated" });
  expect(existsSync(lock)).toBe(false);
});

describe("wrong input", () => {
  it("names every wrong option", () => {
    const sop = createSop({ service: "shop", ports: { host } });
    onTestFinished(() => sop.dispose());
    const wrong: ForensicsOptions = JSON.parse('{"keep":0,"bodies":"yes","max":1,"dir":"","maxBytes":"2GB"}');
    expect(() => forensics(sop, wrong)).toThrow(OptionError);
    expect(() => forensics(sop, wrong)).toThrow(
      /forensics\.max.*forensics\.bodies.*forensics\.dir.*forensics\.keep.*forensics\.maxBytes: got "2GB", expected a size of 1MiB/,
    );
  });

  it.each(["{", '{"schema":"sop.incident/2"}', "null"])("%s is no incident", (content) => {
    const dir = temporaryDirectory();
    writeFileSync(join(dir, "incident.json"), content);
    expect(() => readIncident(dir)).toThrow(/dir: got .*expected an incident's directory/);
    expect(() => markStep(dir, "mitigated", "x")).toThrow(OptionError);
  });

  it("a directory that is not there has no incidents", () => {
    const dir = join(temporaryDirectory(), "none");
    expect(listIncidents(dir)).toEqual([]);
    expect(() => readIncident(dir)).toThrow(OptionError);
    expect(() => markStep(dir, "mitigated", "x")).toThrow(OptionError);
    expect(existsSync(dir)).toBe(false);
  });
});

describe("the evidence of an incident", () => {
  it("can be read again, and diagnosed again with the same result", async () => {
    const { sop, dir } = recorded();
    await using service = await serve(sop, () => {
      throw new TypeError("no such cart");
    });
    await fetch(service.url);
    const directory = await diagnosed(dir);
    const { incident, diagnosis, files } = readEvidence(directory);
    const window = readWindow(directory);
    expect(incident.triggers).toHaveLength(1);
    expect(files).toContain("bundle/window.json");
    expect(window.panics[0]).toMatchObject({ type: "TypeError", origin: "handler" });
    expect(JSON.parse(JSON.stringify(diagnose(window)))).toEqual(diagnosis);
  });

  it("that is not all there is an error that names the file", async () => {
    const { sop, dir } = recorded();
    sop.openIncident("drill");
    const incident = await diagnosed(dir);
    writeFileSync(join(incident, "bundle/manifest.json"), "{");
    rmSync(join(incident, "bundle/window.json"));
    expect(() => readEvidence(incident)).toThrow(/dir: got .*expected .*readable bundle\/manifest\.json/);
    expect(() => readWindow(incident)).toThrow(/readable bundle\/window\.json/);
    writeFileSync(join(incident, "bundle/window.json"), '{"of":"others"}');
    expect(() => readWindow(incident)).toThrow(/readable bundle\/window\.json .it is of another form/);
    truncateSync(join(incident, "bundle/window.json"), 10 * 2 ** 30);
    expect(() => readWindow(incident)).toThrow(/readable bundle\/window\.json .it has 10737418240 bytes/);
  });
});
