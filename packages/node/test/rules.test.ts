import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sop } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listIncidents } from "../src/forensics.ts";
import { createSop, type NodeOptions, readRulesFile } from "../src/index.ts";
import { temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";
import { host } from "./support/service.ts";

const RULE = `
service: shop
flags: { parse: true }
rules:
  - name: Crash
    when: { metric: crashes, atLeast: 1, window: 5m }
    set: { parse: false }
`;

function fileWith(text: string): string {
  const path = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(path, text);
  return path;
}

function make(options: NodeOptions): Sop {
  const sop = createSop({ logger: silent, ports: { host }, ...options });
  onTestFinished(() => sop.dispose());
  return sop;
}

/** Records a crash as an earlier process would have. */
function recordCrash(dir: string, { at = Date.now(), service = "shop", kind = "uncaughtException" } = {}): void {
  const id = `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, "")}-abcdef`;
  mkdirSync(join(dir, id), { recursive: true });
  const trigger = { kind, at };
  const incident = {
    schema: "sop.incident/1",
    id,
    service,
    state: "closed",
    openedAt: at,
    trigger,
    triggers: [trigger],
  };
  writeFileSync(join(dir, id, "incident.json"), JSON.stringify({ ...incident, triggerCount: 1, timeline: [] }));
}

describe("a rule on crashes", () => {
  it("acts on the crash of the process before, and is a step of its incident", async () => {
    const dir = temporaryDirectory();
    recordCrash(dir);
    const sop = make({ config: fileWith(RULE), forensics: { dir } });
    const parse = sop.flag("parse", true);
    await vi.waitFor(() => expect(parse.value).toBe(false));
    await vi.waitFor(() => expect(sop.flags()).toEqual({ parse: false }));
    const incidents = listIncidents(dir);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]?.timeline).toMatchObject([
      { step: "mitigated", outcome: "ok", detail: "the rule Crash threw parse: crashes 1 (>= 1 in 300 s)" },
    ]);
  });

  it.each([
    ["another service's", { service: "other" }],
    ["one that is long ago", { at: Date.now() - 600_000 }],
    ["an error that was caught", { kind: "panic" }],
  ])("does not act on %s", async (_what, crash) => {
    const dir = temporaryDirectory();
    recordCrash(dir, crash);
    const always = "  - { name: Always, when: { metric: in_flight, below: 1 }, set: { seen: true } }";
    const sop = make({ config: fileWith(`${RULE}${always}\n`), forensics: { dir } });
    await vi.waitFor(() => expect(sop.flags()).toEqual({ parse: true, seen: true }), { timeout: 5_000 });
    expect(sop.rules()).toMatchObject([{ state: "idle" }, { state: "active" }]);
  });
});

describe("rules of the file", () => {
  it("that are wrong are told with their line", () => {
    const config = fileWith(RULE.replace("crashes", "crash").replace("window: 5m", "window: 5 minutes"));
    const problem = /sop\.yaml:6: rules\.0\.when\.metric: got "crash", .*sop\.yaml:6: rules\.0\.when\.window: /s;
    expect(() => make({ config, forensics: false })).toThrow(problem);
    expect(() => readRulesFile(config)).toThrow(problem);
  });

  it("give way to those of the code, as a whole", () => {
    const sop = make({ config: fileWith(RULE), forensics: false, rules: [] });
    expect(sop.rules()).toEqual([]);
  });

  it("can be read by themselves", () => {
    expect(readRulesFile(fileWith(RULE))).toMatchObject({ service: "shop", rules: [{ name: "Crash" }] });
    expect(readRulesFile(fileWith("service: shop"))).toEqual({ service: "shop", rules: [] });
    expect(() => readRulesFile("/nowhere/sop.yaml")).toThrow(/config: .*a usable file, not sop.yaml: no such file/);
    expect(() => readRulesFile(fileWith("rules: 1"))).toThrow(/sop\.yaml:1: rules: got 1, expected a list of objects/);
  });
});
