import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../support/files.ts";
import { diagnosed, recorded } from "../../support/recorded.ts";
import { scene } from "./support.ts";

const START = Date.UTC(2026, 10, 24, 4, 0, 0);

function idOf(n: number): string {
  return `${new Date(START + n * 1_000).toISOString().replace(/[-:]|\.\d+/g, "")}-abc123`;
}

/** An incident's directory as an earlier process left it. */
function write(dir: string, id: string, more: object = {}): void {
  mkdirSync(join(dir, id), { recursive: true });
  const trigger = { kind: "manual", at: START };
  const incident = { schema: "sop.incident/1", id, service: "shop", state: "closed", openedAt: START, trigger };
  const rest = { triggers: [trigger], triggerCount: 1, timeline: [], process: { pid: 1, node: "v20", cwd: "/app" } };
  writeFileSync(join(dir, id, "incident.json"), JSON.stringify({ ...incident, ...rest, ...more }));
}

describe("recorded incidents", () => {
  it("are listed, the newest first, page by page", () => {
    const dir = temporaryDirectory();
    for (let i = 0; i < 45; i++) write(dir, idOf(i));
    const { ask } = scene({}, dir);
    const page = (query = ""): { total: number; ids: string[] } => {
      const { json } = ask(`GET /debug/mw/incidents${query}`);
      return { total: json.total, ids: json.incidents.map(({ id }: { id: string }) => id) };
    };
    const first = page();
    expect(first).toEqual({ total: 45, ids: Array.from({ length: 20 }, (_, i) => idOf(44 - i)) });
    const rest = page(`?limit=100&before=${first.ids.at(-1)}`);
    expect(rest.ids).toEqual(Array.from({ length: 25 }, (_, i) => idOf(24 - i)));
    expect(page(`?before=${rest.ids.at(-1)}`).ids).toEqual([]);
  });

  it("are told with what happened, the diagnosis, the report, and the bundle's files with their hashes", async () => {
    const { sop, dir } = recorded();
    sop.openIncident("manual");
    await diagnosed(dir);
    const { ask, askBlocked } = scene({}, dir);
    const [{ id, steps }] = ask("GET /debug/mw/incidents").json.incidents;
    expect(steps).toContain("recorded");
    const { json } = ask(`GET /debug/mw/incidents/${id}`);
    expect(json).toMatchObject({
      live: true,
      incident: { id, schema: "sop.incident/1", service: "shop" },
      diagnosis: { schema: "sop.diagnosis/1", root_cause: "none" },
    });
    expect(json.report).toContain(id);
    expect(json.files.map(({ name }: { name: string }) => name)).toContain("bundle/events.ndjson");
    for (const { sha256, bytes } of json.files) expect([sha256.length, bytes >= 0]).toEqual([64, true]);
    expect(json.leftOut.length).toBeGreaterThan(0);
    expect(askBlocked(`GET /debug/mw/incidents/${id}`).json.incident.id).toBe(id);
  });

  it("are told as far as they are there: a process may have died while it wrote", () => {
    const dir = temporaryDirectory();
    write(dir, idOf(1));
    mkdirSync(join(dir, idOf(1), "bundle"));
    writeFileSync(join(dir, idOf(1), "bundle/manifest.json"), "{ half");
    writeFileSync(join(dir, idOf(1), "diagnosis.json"), "");
    const { json } = scene({}, dir).ask(`GET /debug/mw/incidents/${idOf(1)}`);
    expect(json).toMatchObject({ incident: { id: idOf(1) }, files: [], leftOut: [] });
    expect(json).not.toHaveProperty("diagnosis");
  });

  it("are nothing else that lies there, whatever it is called", () => {
    const dir = temporaryDirectory();
    const secret = temporaryDirectory();
    write(secret, idOf(3));
    write(dir, idOf(1), { id: idOf(2) });
    write(dir, "not-an-incident");
    symlinkSync(join(secret, idOf(3)), join(dir, idOf(3)));
    writeFileSync(join(dir, "incident.json"), "{}");
    const { ask } = scene({}, dir);
    expect(ask("GET /debug/mw/incidents").json.incidents).toEqual([]);
    expect(ask(`GET /debug/mw/incidents/${idOf(1)}`).status).toBe(404);
    expect(ask(`GET /debug/mw/incidents/${idOf(3)}`).status).toBe(404);
    expect(ask("GET /debug/mw/incidents/not-an-incident").status).toBe(400);
  });

  it("are told to be none where they are not recorded", () => {
    const { ask } = scene();
    expect(ask("GET /debug/mw/incidents").json).toMatchObject({ recorded: false, total: 0, incidents: [] });
    expect(ask(`GET /debug/mw/incidents/${idOf(1)}`).problem?.detail).toContain("GET /debug/mw/incidents lists those");
  });

  it("are none yet where the directory is not there", () => {
    const { ask } = scene({}, join(temporaryDirectory(), "later"));
    expect(ask("GET /debug/mw/incidents").json).toMatchObject({ recorded: true, total: 0 });
  });

  it("are not read where a file is too large to be what it is called", () => {
    const dir = temporaryDirectory();
    write(dir, idOf(1));
    writeFileSync(join(dir, idOf(1), "report.md"), "x".repeat(2_000_000));
    const { json } = scene({}, dir).ask(`GET /debug/mw/incidents/${idOf(1)}`);
    expect(json).not.toHaveProperty("report");
  });

  it.each<[string, object]>([
    ["a timeline of nothing", { timeline: [null] }],
    ["steps without a name", { timeline: [{}] }],
    ["no trigger", { trigger: null }],
    ["a count that is none", { triggerCount: "x" }],
    ["a state that there is not", { state: "odd" }],
    ["a time that is none", { closedAt: "x" }],
  ])("do not hide the others where one has %s", (_what, more) => {
    const dir = temporaryDirectory();
    write(dir, idOf(1));
    write(dir, idOf(2), more);
    const { ask } = scene({}, dir);
    const { total, incidents } = ask("GET /debug/mw/incidents").json;
    expect([total, incidents.map(({ id }: { id: string }) => id)]).toEqual([2, [idOf(1)]]);
    expect(ask(`GET /debug/mw/incidents/${idOf(2)}`).status).toBe(404);
  });

  it("are told without what a list does not describe", () => {
    const dir = temporaryDirectory();
    write(dir, idOf(1), { trigger: { kind: "manual", at: START, later: "more" } });
    const [{ trigger }] = scene({}, dir).ask("GET /debug/mw/incidents").json.incidents;
    expect(trigger).toEqual({ kind: "manual", at: START });
  });

  it.each<[unknown, number]>([
    [{ files: 5 }, 0],
    [{ files: "abc", leftOut: null }, 0],
    [{ files: null }, 0],
    [[], 0],
    [{ files: [null, { name: 1 }, { name: "a", bytes: 1, sha256: "x", more: 1 }], leftOut: [7] }, 1],
  ])("are told without what is wrong in their manifest: %j", (manifest, files) => {
    const dir = temporaryDirectory();
    write(dir, idOf(1));
    mkdirSync(join(dir, idOf(1), "bundle"));
    writeFileSync(join(dir, idOf(1), "bundle/manifest.json"), JSON.stringify(manifest));
    const { json } = scene({}, dir).ask(`GET /debug/mw/incidents/${idOf(1)}`);
    expect([json.files.length, json.leftOut]).toEqual([files, []]);
  });

  it("have no bundle where it is a link", () => {
    const [dir, other] = [temporaryDirectory(), temporaryDirectory()];
    write(dir, idOf(1));
    const files = [{ name: "elsewhere", bytes: 1, sha256: "x" }];
    writeFileSync(join(other, "manifest.json"), JSON.stringify({ files }));
    symlinkSync(other, join(dir, idOf(1), "bundle"));
    expect(scene({}, dir).ask(`GET /debug/mw/incidents/${idOf(1)}`).json.files).toEqual([]);
  });

  it("are a hundred of a thousand at most, those that cannot be read not among them", () => {
    const dir = temporaryDirectory();
    for (let i = 0; i < 1_000; i++) write(dir, idOf(i));
    for (let i = 9; i < 1_000; i += 10) writeFileSync(join(dir, idOf(i), "incident.json"), "{ half");
    const { json } = scene({}, dir).ask("GET /debug/mw/incidents?limit=100");
    expect([json.total, json.incidents.length, json.incidents[0].id]).toEqual([1_000, 100, idOf(998)]);
    expect(JSON.stringify(json).length).toBeLessThan(50_000);
  });
});
