import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

describe("an incident", () => {
  test("opens at the first panic, and later ones join it", () => {
    const b = bench();
    const told: string[] = [];
    b.sop.observe({
      incidentOpened: () => void told.push("opened"),
      incidentChanged: (_incident, step) => void told.push(step?.step ?? "joined"),
    });
    b.life.fail(b.open({ "x-request-id": "r1" }), new TypeError("x"));
    b.clock.advance(1_000);
    b.life.fail(b.open(), new TypeError("y"));
    const { incident } = b.sop;
    expect(told).toEqual(["opened", "contained", "joined"]);
    expect(incident?.id).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/);
    expect(incident?.triggerCount).toBe(2);
    expect(incident?.triggers[0]).toMatchObject({ kind: "panic", requestId: "r1", route: "/items/:id", method: "GET" });
    expect(b.sop.metrics().incidents).toEqual({ panic: 1 });
  });

  test("closes when nothing joined it for the time that incidents.quiet says", () => {
    const b = bench({ incidents: { quiet: "10s" } });
    const closed: string[] = [];
    b.sop.observe({ incidentClosed: (incident) => void closed.push(incident.state) });
    b.sop.openIncident();
    b.clock.advance(9_000);
    b.sop.openIncident();
    b.clock.advance(9_000);
    expect(closed).toEqual([]);
    b.clock.advance(1_000);
    expect(closed).toEqual(["closed"]);
    expect(b.sop.incident).toBeUndefined();
  });

  test("has each step of its timeline once, with the time since it opened", () => {
    const b = bench();
    const incident = b.sop.openIncident("drill");
    b.clock.advance(400);
    b.sop.markIncident("recorded", "3 files");
    b.sop.markIncident("recorded", "again");
    b.sop.markIncident("diagnosed", "nothing found", "failed");
    expect(incident.timeline.map(({ step, after, outcome, detail }) => [step, after, outcome, detail])).toEqual([
      ["recorded", 400, "ok", "3 files"],
      ["diagnosed", 400, "failed", "nothing found"],
    ]);
  });

  test("has each alert about it once as it fired and once as it was resolved, at most 100 in all", () => {
    const b = bench();
    const incident = b.sop.openIncident("drill");
    for (const detail of ["A is firing", "B is firing", "A is firing", "A is resolved"]) {
      b.sop.markIncident("alerted", detail);
    }
    expect(incident.timeline.map(({ detail }) => detail)).toEqual(["A is firing", "B is firing", "A is resolved"]);
    for (let i = 0; i < 200; i++) b.sop.markIncident("alerted", `alert ${i}`);
    expect(incident.timeline.length).toBe(100);
    b.sop.markIncident("mitigated", "the steps of the loop are never left out");
    expect(incident.timeline.at(-1)?.step).toBe("mitigated");
  });

  test("keeps at most 100 of its triggers, and the number of all", () => {
    const b = bench();
    for (let i = 0; i < 150; i++) b.sop.openIncident();
    expect([b.sop.incident?.triggers.length, b.sop.incident?.triggerCount]).toEqual([100, 150]);
  });

  test("that another thread opened keeps its id and its time", () => {
    const b = bench();
    const incident = b.sop.openIncident("sensor: blocked", { id: "20261125T093000Z-abcdef", at: 1_000 });
    expect([incident.id, incident.openedAt, incident.triggers[0]?.at]).toEqual([
      "20261125T093000Z-abcdef",
      1_000,
      1_000,
    ]);
    b.clock.advance(500);
    expect(b.sop.openIncident("sensor: blocked", { id: "another", at: 2_000 })).toBe(incident);
    expect(incident.triggerCount).toBe(2);
  });

  test("stays open for as long as its signals are not normal", () => {
    const b = bench({ incidents: { quiet: "10s" } });
    const incident = b.sop.openIncident("sensor: fd_growth");
    for (let i = 0; i < 5; i++) {
      b.clock.advance(9_000);
      b.sop.stayIncident();
    }
    expect([incident.state, incident.triggerCount]).toEqual(["open", 1]);
    b.clock.advance(10_000);
    expect(incident.state).toBe("closed");
    b.sop.stayIncident();
    expect(b.sop.incident).toBeUndefined();
  });

  test("that is not open takes no step", () => {
    const b = bench();
    b.sop.markIncident("recorded", "nothing");
    expect(b.sop.incident).toBeUndefined();
  });
});
