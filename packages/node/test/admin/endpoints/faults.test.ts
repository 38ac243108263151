import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultInjector } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openDesk } from "../../../src/admin/endpoints/desk/desk.ts";
import { createSop } from "../../../src/index.ts";
import { FakeClock } from "../../sources/fake-clock.ts";
import { temporaryDirectory } from "../../support/files.ts";
import { silent } from "../../support/recorded.ts";
import { host } from "../../support/service.ts";
import { scene } from "./support.ts";

const DELAY: FaultInjector = { middleware: "auth", mode: "delay", duration_ms: 100 };
const ABORT: FaultInjector = { middleware: "*", mode: "abort" };
const PUT = "PUT /debug/mw/faults";

describe("an operator's faults", () => {
  it("are injected in the place of those that were, until they expire", () => {
    const { sop, clock, desk, ask } = scene({ faults: { injectors: [DELAY] } });
    const { status, json } = ask(PUT, { injectors: [ABORT], expiresIn: "1m" });
    expect(status).toBe(200);
    expect(json).toMatchObject({ available: true, injectors: [ABORT], override: { by: "CN=alice" } });
    expect(json.override.expiresAt).toBe(clock.now() + 60_000);
    expect(sop.faults?.injectors).toEqual([ABORT]);
    clock.advance(60_000);
    expect(sop.faults?.injectors).toEqual([DELAY]);
    expect(ask("GET /debug/mw/faults").json).not.toHaveProperty("override");
    expect(desk.events.recent().map(({ data }) => data["change"])).toEqual(["set", "expired"]);
  });

  it("last ten minutes where nothing is said", () => {
    const { sop, clock, ask } = scene({ faults: {} });
    ask(PUT, { injectors: [ABORT] });
    clock.advance(599_999);
    expect(sop.faults?.injectors).toHaveLength(1);
    clock.advance(1);
    expect(sop.faults?.injectors).toEqual([]);
  });

  it("put again, and again, give back what was before the first", () => {
    const { sop, ask } = scene({ faults: { injectors: [DELAY] } });
    ask(PUT, { injectors: [ABORT] });
    ask(PUT, { injectors: [] });
    expect(sop.faults?.injectors).toEqual([]);
    expect(ask("DELETE /debug/mw/faults").json).toEqual(expect.objectContaining({ injectors: [DELAY] }));
    expect(sop.faults?.injectors).toEqual([DELAY]);
    expect(ask("DELETE /debug/mw/faults").status).toBe(200);
  });

  it("that are wrong are refused with every problem, and change nothing", () => {
    const { sop, ask, desk } = scene({ faults: { injectors: [DELAY] } });
    const injectors = [
      { middleware: "*", mode: "fault" },
      { middleware: "a", mode: "delay" },
      { middleware: "b", mode: "abort", trigger: "moon:full" },
    ];
    const { status, problem } = ask(PUT, { injectors });
    expect(status).toBe(400);
    expect(problem?.problems?.map(({ path }) => path)).toEqual([
      "body.injectors.0.mode",
      "body.injectors.1.duration_ms",
      "body.injectors.2.trigger",
    ]);
    expect(sop.faults?.injectors).toEqual([DELAY]);
    expect(desk.events.recent()).toEqual([]);
  });

  it("are refused where the service injects none, with what to do", () => {
    const { ask } = scene();
    expect(ask("GET /debug/mw/faults").json).toMatchObject({ available: false, injectors: [] });
    expect(ask(PUT, { injectors: [ABORT] })).toMatchObject({
      status: 409,
      problem: { detail: expect.stringContaining("createSop the option faults") },
    });
    expect(ask("DELETE /debug/mw/faults").status).toBe(409);
  });

  it("are refused in production, unless it was asked for twice", () => {
    const production = (env: Record<string, string>, allowInProduction: boolean) =>
      scene({
        faults: { allowInProduction },
        ports: { host: { ...host, env: { NODE_ENV: "production", ...env } } },
      }).ask(PUT, { injectors: [ABORT] }).status;
    expect(production({}, true)).toBe(409);
    expect(production({ SOP_FAULTS: "on" }, false)).toBe(409);
    expect(production({ SOP_FAULTS: "on" }, true)).toBe(200);
  });

  it("end when troubleshoot.yaml changes, and then give nothing back", async () => {
    const file = join(temporaryDirectory(), "troubleshoot.yaml");
    writeFileSync(file, "injectors: [{ middleware: first, mode: abort }]\n");
    const off = { config: false, forensics: false, drain: false, outgoing: false } as const;
    const sop = createSop({ service: "shop", logger: silent, ports: { host }, troubleshoot: file, ...off });
    const clock = new FakeClock();
    const desk = openDesk(sop, clock);
    onTestFinished(() => {
      desk.close();
      sop.dispose();
    });
    desk.faults.put([ABORT], 60_000, "alice");
    expect(desk.faults.current).toBeDefined();
    writeFileSync(file, "injectors: [{ middleware: second, mode: abort }]\n");
    const places = () => sop.faults?.injectors.map(({ middleware }) => middleware);
    await vi.waitFor(() => expect(places()).toEqual(["second"]), { timeout: 15_000 });
    expect(desk.faults.current).toBeUndefined();
    clock.advance(60_000);
    expect(places()).toEqual(["second"]);
    expect(desk.events.recent().at(-1)?.data).toMatchObject({ change: "superseded" });
  });

  it("of two operators are the last one's, and give back what was before both", () => {
    const { sop, clock, desk } = scene({ faults: { injectors: [DELAY] } });
    desk.faults.put([ABORT], 60_000, "CN=alice");
    desk.faults.put([], 10_000, "CN=bob");
    expect(desk.faults.current?.by).toBe("CN=bob");
    clock.advance(10_000);
    expect(sop.faults?.injectors).toEqual([DELAY]);
    clock.advance(60_000);
    expect(sop.faults?.injectors).toEqual([DELAY]);
  });

  it("put again for longer are not ended by the first's expiry", () => {
    const { sop, clock, desk } = scene({ faults: { injectors: [DELAY] } });
    desk.faults.put([ABORT], 10_000, "CN=alice");
    desk.faults.put([ABORT], 60_000, "CN=bob");
    clock.advance(59_999);
    expect(sop.faults?.injectors).toEqual([ABORT]);
    clock.advance(1);
    expect(sop.faults?.injectors).toEqual([DELAY]);
  });
});
