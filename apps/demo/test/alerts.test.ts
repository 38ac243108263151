import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listIncidents } from "@sop/node/forensics";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { alertingMissing } from "../src/fleet/alerting.ts";
import { demo, directory } from "./support/demo.ts";

const missing = alertingMissing();

describe("the demo with a Prometheus and an Alertmanager", () => {
  it("closes the loop with its alert in the timeline, draws the gateway's heat map, and leaves no server behind", async ({
    skip,
  }) => {
    skip(missing !== undefined, missing);
    const dir = directory();
    const drawn = join(dir, "heatmap.svg");
    const { output, closed } = demo("--alerts", "--heatmap", drawn, "--dir", dir);
    expect(await closed, output.text).toBe(0);
    expect(output.text).toMatch(/✔ alerted .* SopIncident \(critical\) is at who is on call and in the timeline/);
    expect(output.text).toMatch(/loop closed in .*, alerted \d+\.\d, reproduced/);

    const [incident] = listIncidents(join(dir, "incidents/catalog"));
    const alerts = incident?.timeline.filter(({ step }) => step === "alerted") ?? [];
    expect(alerts[0]?.detail).toMatch(/^alert SopIncident fires: catalog: incident /);

    const map = readFileSync(drawn, "utf8");
    expect(map).toContain("Latency by route of gateway");
    for (const route of ["GET /items", "POST /pictures", "GET /accounts/:id", "POST /orders"]) {
      expect(map).toContain(route);
    }
    const [, alertmanager = ""] = /Alertmanager at (\S+),/.exec(output.text) ?? [];
    await expect(fetch(alertmanager)).rejects.toThrow();
  }, 180_000);

  it("does not start anything where they are asked for and are not there, and says how to get them", async () => {
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { output, closed } = demo("--alerts", "--dir", join(directory(), "own"));
    expect(await closed).toBe(2);
    expect(output.text).toMatch(/^alerts: .*`apt-get install prometheus prometheus-alertmanager` brings them/);
  });
});
