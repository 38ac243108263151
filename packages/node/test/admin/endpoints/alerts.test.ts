import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AlertNotes, type ReceivedAlert } from "../../../src/admin/endpoints/desk/alert-notes.ts";
import { temporaryDirectory } from "../../support/files.ts";
import { diagnosed, recorded } from "../../support/recorded.ts";
import { scene } from "./support.ts";

function alert(labels: Readonly<Record<string, string>>, status: ReceivedAlert["status"] = "firing"): ReceivedAlert {
  return {
    status,
    labels: { alertname: "SopPanicBurst", service: "shop", severity: "critical", source: "stock", ...labels },
    annotations: { summary: "shop: code fails in bursts" },
    startsAt: "2026-11-24T04:15:30Z",
  };
}

function service() {
  const { sop, dir } = recorded({ dir: join(temporaryDirectory(), "incidents") });
  const details = (): string[] =>
    sop.incident?.timeline.filter(({ step }) => step === "alerted").map((s) => s.detail) ?? [];
  return { sop, dir, details, notes: new AlertNotes(sop, dir) };
}

describe("alerts that come back", () => {
  test("are noted in the open incident of their service, as they fire and as they are resolved, each once", () => {
    const { sop, notes, details } = service();
    sop.openIncident("panic");
    expect(notes.note([alert({})])).toEqual({ noted: 1, ignored: 0, opened: undefined });
    notes.note([alert({})]);
    notes.note([alert({}, "resolved")]);
    expect(details()).toEqual([
      "alert SopPanicBurst fires: shop: code fails in bursts (critical, since 2026-11-24T04:15:30Z)",
      "alert SopPanicBurst is resolved: shop: code fails in bursts (critical, since 2026-11-24T04:15:30Z)",
    ]);
    expect(sop.incident?.triggerCount).toBe(1);
  });

  test("open an incident where none is open, once for each time they fire", async () => {
    const { sop, dir, notes } = service();
    const { opened } = notes.note([alert({}), alert({ alertname: "Other" })]);
    expect(sop.incident?.id).toBe(opened);
    expect(sop.incident?.triggers.map(({ kind }) => kind)).toEqual(["alert:SopPanicBurst"]);
    await diagnosed(dir);
    const { timeline } = sop.incident ?? {};
    expect(timeline?.filter(({ step }) => step === "alerted")).toHaveLength(2);
    sop.dispose();
    expect(sop.incident).toBeUndefined();
    expect(notes.note([alert({})])).toEqual({ noted: 1, ignored: 0, opened: undefined });
    expect(sop.incident).toBeUndefined();
  });

  test("that are resolved after the incident closed are in its files", async () => {
    const { sop, dir, notes } = service();
    notes.note([alert({})]);
    const found = await diagnosed(dir);
    sop.dispose();
    expect(notes.note([alert({}, "resolved")])).toMatchObject({ noted: 1 });
    expect(readFileSync(join(found, "incident.json"), "utf8")).toContain("SopPanicBurst is resolved");
    expect(readFileSync(join(found, "report.md"), "utf8")).toMatch(/\| alerted \|.*SopPanicBurst is resolved/);
  });

  test("find the incident that they name, open or recorded, and none by a path", async () => {
    const { sop, dir, notes, details } = service();
    const { id } = sop.openIncident("panic");
    const outside = join(dir, "../outside");
    cpSync(await diagnosed(dir), outside, { recursive: true });
    const before = readFileSync(join(outside, "incident.json"), "utf8");
    notes.note([alert({ alertname: "SopIncident", source: "sop", incident: id })]);
    expect(details()).toHaveLength(1);
    for (const incident of ["20261124T041530Z-000000", "../outside", "", "20261124T041530Z-1/.."]) {
      expect(notes.note([alert({ incident })])).toEqual({ noted: 0, ignored: 1, opened: undefined });
    }
    expect(details()).toHaveLength(1);
    expect(readFileSync(join(outside, "incident.json"), "utf8")).toBe(before);
  });

  test("of another service, of no weight, or sent by the service itself open nothing", () => {
    const { sop, notes } = service();
    const others = [
      alert({ service: "orders" }),
      alert({ severity: "info" }),
      alert({ source: "sop" }),
      alert({}, "resolved"),
      { ...alert({}), labels: { alertname: "NodeDown" } },
    ];
    expect(notes.note(others)).toEqual({ noted: 0, ignored: 5, opened: undefined });
    expect(sop.incident).toBeUndefined();
    sop.openIncident("panic");
    expect(notes.note([alert({ service: "orders" })])).toMatchObject({ ignored: 1 });
  });

  test("tell no secret, and are one line of bounded length", () => {
    const { sop, notes, details } = service();
    sop.openIncident("panic");
    const summary = `password=hunter2\n${"x".repeat(5_000)}`;
    notes.note([{ ...alert({ alertname: "a\nb" }), annotations: { summary } }]);
    expect(details()[0]).toMatch(/^alert a_b fires: password=\*\*\* x+/);
    expect(details()[0]?.length).toBeLessThan(600);
  });
});

describe("the webhook's endpoint", () => {
  const fires = {
    ...alert({}),
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://x",
    fingerprint: "a5bc55e1054fae7a",
  };
  /** As Alertmanager 0.25 sends it. */
  const message = {
    receiver: "timeline",
    status: "firing",
    alerts: [fires],
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://127.0.0.1:9093",
    version: "4",
    groupKey: "{}",
    truncatedAlerts: 0,
  };

  test("takes what Alertmanager sends", () => {
    const { sop, ask } = scene();
    expect(ask("POST /debug/mw/alerts", message).json).toMatchObject({
      noted: 1,
      ignored: 0,
      opened: sop.incident?.id,
    });
    expect(sop.incident?.timeline.map(({ step }) => step)).toEqual(["alerted"]);
  });

  test.each([
    ["another version", { ...message, version: "3" }],
    ["no alerts", { ...message, alerts: undefined }],
    ["too many alerts", { ...message, alerts: Array.from({ length: 201 }, () => fires) }],
    ["a status that is none", { ...message, alerts: [{ ...fires, status: "maybe" }] }],
    ["labels that are no texts", { ...message, alerts: [{ ...fires, labels: { a: 1 } }] }],
    ["too long a label", { ...message, alerts: [{ ...fires, labels: { a: "x".repeat(9_000) } }] }],
    ["a time that is none", { ...message, alerts: [{ ...fires, startsAt: "now" }] }],
    ["a list", [message]],
  ])("refuses %s, without any effect", (_, body) => {
    const { sop, ask } = scene();
    expect(ask("POST /debug/mw/alerts", body)).toMatchObject({ status: 400, problem: { code: "SOP_ERR_REQUEST" } });
    expect(sop.incident).toBeUndefined();
  });
});
