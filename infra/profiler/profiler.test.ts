import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LatencyRun, RouteLatency } from "../../packages/node/dist/latency.js";
import { Prometheus } from "../grafana/prometheus.ts";
import { missing } from "../services/missing.ts";
import { load, type Started, startService } from "./programs.ts";

const main = join(import.meta.dirname, "../../packages/cli/dist/main.js");
const why = missing("prometheus");
if (why) console.log(`skipped in part: ${why}`);

const ROUTES = ["/fast", "/slow", "/failing/:n"];

describe("sop latency-profiler beside a service under load", () => {
  let dir: string;
  let service: Started;
  let prometheus: Prometheus | undefined;
  let stop: (() => Promise<Map<string, number>>) | undefined;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "sop-profiler-"));
    service = await startService(dir);
    if (!why) {
      const started = await Prometheus.start(`127.0.0.1:${service.port}`);
      prometheus = started;
      await started.until(async () => JSON.stringify(await started.ask("query", { query: "up" })).includes('"1"'));
    }
    stop = load(service.port, ROUTES);
  });

  afterAll(async () => {
    await stop?.();
    await prometheus?.stop();
    await service?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function profile(...args: readonly string[]): Promise<LatencyRun> {
    const { stdout } = await promisify(execFile)(process.execPath, [main, "latency-profiler", "--json", ...args], {
      maxBuffer: 64 * 2 ** 20,
    });
    return JSON.parse(stdout);
  }

  /** The delay is seen where it is, and only there. */
  function expectFault(run: LatencyRun): Map<string, RouteLatency> {
    const byRoute = new Map(run.routes.map((route) => [route.route, route]));
    const [fast, slow, failing] = ROUTES.map((route) => byRoute.get(`GET ${route}`));
    expect(slow?.p99).toBeGreaterThan(1_000);
    expect(slow?.p50).toBeLessThan(1_000);
    expect(fast?.p99).toBeLessThan(1_000);
    expect(failing?.p99).toBeLessThan(1_000);
    expect(fast?.errors).toBe(0);
    expect(failing?.errorRatio).toBeGreaterThan(0.05);
    expect(failing?.errorRatio).toBeLessThan(0.2);
    return byRoute;
  }

  it("sees the delay through the admin plane, as near as its buckets are", async () => {
    const svg = join(dir, "heatmap.svg");
    const run = await profile("--dir", dir, "--duration", "8s", "--output", svg);
    const slow = expectFault(run).get("GET /slow");
    expect(slow?.p99).toBeGreaterThan(1_400);
    expect(run.service).toBe("shop");
    expect(readFileSync(svg, "utf8")).toContain("GET /slow");
  });

  it("sees it in what the service and its plane offer to be scraped", async () => {
    const { url } = JSON.parse(readFileSync(join(dir, "admin.json"), "utf8"));
    const [own, plane] = await Promise.all([
      profile("--prometheus", `http://127.0.0.1:${service.port}/metrics`, "--duration", "8s"),
      profile("--prometheus", url, "--duration", "8s"),
    ]);
    expectFault(own);
    expectFault(plane);
  });

  it("takes a run for what a later one is held against", async () => {
    const before = join(dir, "before.json");
    const first = await profile("--dir", dir, "--duration", "4s");
    writeFileSync(before, JSON.stringify(first));
    const { comparison } = (await profile("--dir", dir, "--duration", "4s", "--baseline", before)) as LatencyRun & {
      comparison: { changes: { route: string; in: string }[] };
    };
    expect(comparison.changes.find(({ route }) => route === "GET /fast")).toMatchObject({ in: "both" });
  });

  it.skipIf(why)("sees it in a Prometheus server, with the counts of the load itself", async () => {
    // The past is all that a server has: its last scrape has to be after the last request.
    const sent = await stop?.();
    stop = undefined;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const url = prometheus?.url ?? "";
    const run = await profile("--prometheus", url, "--duration", "5m", "--interval", "1s", "--match", '{job="shop"}');
    const byRoute = expectFault(run);
    for (const route of ROUTES) expect(byRoute.get(`GET ${route}`)?.requests, route).toBe(sent?.get(route));
    const refused = await profile(
      "--prometheus",
      url,
      "--duration",
      "5m",
      "--metric",
      "prometheus_http_nothing_seconds",
    ).catch((error: { code: number; stdout: string }) => error);
    expect(refused).toMatchObject({ code: 1 });
    expect((refused as { stdout: string }).stdout).toContain("--metric can name one of http_request_duration_seconds");
  });
});
