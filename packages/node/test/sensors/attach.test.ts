import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Incident } from "@sop/core";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { FIGURE, makeFigures } from "../../src/blackbox/main-slot.ts";
import { makeBlackBox } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";
import { contributedFiles, contributedWindow } from "../../src/forensics/contributions.ts";
import { createSop, type NodeOptions } from "../../src/index.ts";
import { readEventLoop } from "../../src/metrics/runtime/event-loop.ts";
import { OutsideSampler } from "../../src/sensors/outside/outside-sampler.ts";
import { type SensorsFile, sensors } from "../../src/sensors.ts";
import { temporaryDirectory } from "../support/files.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

function make(options: NodeOptions = {}) {
  const sop = createSop({
    service: "shop",
    logger: silent,
    ports: { host },
    admin: false,
    forensics: false,
    drain: false,
    config: false,
    watchdog: false,
    ...options,
  });
  onTestFinished(() => sop.dispose());
  return sop;
}

const windowOf = (sop: ReturnType<typeof make>) => contributedWindow(sop, sop.incident as Incident, () => {});

// Tests of other parts are without sensors.
beforeEach(() => void vi.stubEnv("SOP_SENSORS", "on"));
afterEach(() => void vi.unstubAllEnvs());

it("gives each incident the samples, in its window and as a file", async () => {
  const dir = temporaryDirectory();
  const sop = make({ forensics: { dir }, sensors: { interval: "50ms" } });
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { id } = sop.openIncident("by hand");
  const bundle = join(dir, id, "bundle");
  const file = await vi.waitFor(
    () => {
      expect(readdirSync(join(dir, id))).toContain("incident.json");
      return JSON.parse(readFileSync(join(bundle, "sensors.json"), "utf8")) as SensorsFile;
    },
    { timeout: 10_000 },
  );
  expect(file.rows.length).toBeGreaterThanOrEqual(3);
  expect(file.rows[0]?.[file.columns.indexOf("heap_used_bytes")]).toBeGreaterThan(1e6);
  const manifest = JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8")) as { files: { name: string }[] };
  expect(JSON.stringify(manifest)).toContain("sensors.json");
});

it("names what only a watchdog can see, where there is none", () => {
  const sop = make();
  sop.openIncident("by hand");
  expect(windowOf(sop).missing).toContainEqual("figures from outside of the main thread: no watchdog");
});

it("says nothing of what the watchdog reads, and looks itself for the reason of what it does not", () => {
  const sop = make({ sensors: false, profiles: false });
  const box = makeBlackBox();
  onTestFinished(sensors(sop, {}, box));
  sop.openIncident("by hand");
  expect(windowOf(sop).missing).toContainEqual("figures from outside of the main thread: no watchdog");
  const sampler = new OutsideSampler();
  onTestFinished(() => sampler.close());
  const figures = makeFigures();
  figures[FIGURE.heartbeat_gap_ms] = 0;
  new SampleRing(box).push(Date.now(), 200, figures);
  sampler.read(200, makeFigures());
  expect(windowOf(sop).missing?.filter((text) => !text.startsWith("out_"))).toEqual(sampler.missing());
});

it("diagnoses the samples that are in the file beside it", () => {
  const sop = make({ sensors: false });
  const box = makeBlackBox();
  onTestFinished(sensors(sop, {}, box));
  const incident = sop.openIncident("by hand");
  const ring = new SampleRing(box);
  ring.push(Date.now(), 200, makeFigures());
  const { files } = contributedFiles(sop, incident, () => {});
  ring.push(Date.now(), 200, makeFigures());
  expect(JSON.parse(String(files.find(({ name }) => name === "sensors.json")?.data)).rows).toHaveLength(1);
  expect(windowOf(sop).samples).toHaveLength(1);
});

it("is off where an option or the environment says so, and the option wins", () => {
  const isOn = (options?: NodeOptions): boolean => {
    const sop = make(options);
    sop.openIncident("by hand");
    return windowOf(sop).samples !== undefined;
  };
  expect(isOn()).toBe(true);
  expect(isOn({ sensors: false })).toBe(false);
  vi.stubEnv("SOP_SENSORS", "off");
  expect(isOn()).toBe(false);
  expect(isOn({ sensors: {} })).toBe(true);
  vi.stubEnv("SOP_SENSORS", "perhaps");
  expect(() => make()).toThrow(/SOP_SENSORS: got "perhaps".*"on", "off"/);
});

it("is configured by the file too, below the environment", () => {
  const fileWith = (text: string): string => {
    const path = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(path, text);
    return path;
  };
  const isOn = (text: string): boolean => {
    const sop = make({ config: fileWith(text) });
    sop.openIncident("by hand");
    return windowOf(sop).samples !== undefined;
  };
  vi.stubEnv("SOP_SENSORS", "");
  expect(isOn("sensors: { interval: 500ms }\n")).toBe(true);
  expect(isOn("sensors: false\n")).toBe(false);
  expect(() => isOn("sensors: { interval: 1ms }\n")).toThrow(/sensors\.interval: got "1ms"/);
  vi.stubEnv("SOP_SENSORS", "off");
  expect(isOn("sensors: { interval: 500ms }\n")).toBe(false);
});

it.each([
  [{ interval: "20ms" }, /sensors\.interval: got "20ms", expected .*50 to 5000 ms/],
  [{ window: 5 }, /sensors\.window: got 5, expected .*10000 to 3600000 ms/],
  [{ every: 1 }, /sensors\.every: got 1, .*known are interval, window/],
])("rejects %j", (options, message) => {
  expect(() => make({ sensors: options as NodeOptions["sensors"] })).toThrow(message);
});

it("tells /metrics how late the loop was, so that one looks and not two", async () => {
  const sop = make({ sensors: { interval: "50ms" } });
  const worst = (): number => readEventLoop().delays.find(([quantile]) => quantile === "1")?.[1] ?? 0;
  worst();
  const end = performance.now() + 300;
  while (performance.now() < end);
  await vi.waitFor(() => expect(worst()).toBeGreaterThan(0.2), { timeout: 10_000 });
  expect(worst()).toBeLessThan(10);
  sop.dispose();
});
