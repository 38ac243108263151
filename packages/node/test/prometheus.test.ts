import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSop, DURATION_BUCKETS, type SopOptions } from "@sop/core";
import { collectDefaultMetrics, Registry } from "prom-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { prometheus } from "../src/prometheus.ts";
import { fileSource } from "../src/sources/file.ts";
import { temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";
import { host, serve } from "./support/service.ts";

function make(options: SopOptions = {}) {
  const sop = createSop({ service: "shop", logger: silent, ports: { host }, ...options });
  onTestFinished(() => sop.dispose());
  return sop;
}

/** The lines of one metric, without their help and type. */
async function linesOf(registry: Registry, name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => line.startsWith(name));
}

describe("the exporter", () => {
  it("counts requests by method, route and status, and how long they took", async () => {
    const sop = make();
    const registry = prometheus(sop);
    await using service = await serve(sop, (request, response) => {
      if (request.url === "/broken") throw new Error("secret");
      response.end("ok");
    });
    await (await fetch(service.url)).text();
    await (await fetch(service.url)).text();
    await (await fetch(`${service.url}/broken`)).text();
    await vi.waitFor(() => expect(sop.metrics().inFlight).toBe(0));

    const labels = 'method="GET",route="/upload",status="200"';
    expect(await linesOf(registry, "http_requests_total")).toEqual([
      `http_requests_total{${labels}} 2`,
      'http_requests_total{method="GET",route="/upload",status="503"} 1',
    ]);
    const durations = await linesOf(registry, `http_request_duration_seconds_bucket{${labels}`);
    expect(durations.map((line) => /le="([^"]+)"/.exec(line)?.[1])).toEqual([...DURATION_BUCKETS.map(String), "+Inf"]);
    expect(durations.at(-1)).toBe(`http_request_duration_seconds_bucket{${labels},le="+Inf"} 2`);
    expect(await linesOf(registry, `http_request_duration_seconds_count{${labels}`)).toEqual([
      `http_request_duration_seconds_count{${labels}} 2`,
    ]);
    const [series] = sop.metrics().requests;
    expect(await linesOf(registry, `http_request_duration_seconds_sum{${labels}`)).toEqual([
      `http_request_duration_seconds_sum{${labels}} ${series?.sum}`,
    ]);
    expect(await linesOf(registry, "incidents_total")).toEqual(['incidents_total{trigger="panic"} 1']);
    expect(await linesOf(registry, "middleware_panic_total")).toHaveLength(1);
    expect(await linesOf(registry, "request_context_canceled_total")).toEqual([
      'request_context_canceled_total{reason="canceled"} 0',
      'request_context_canceled_total{reason="deadline_exceeded"} 0',
    ]);
  });

  it("counts calls to other services by host and status, and those that nothing bounds", async () => {
    const sop = make({ ports: { host, fetch: async () => new Response("ok", { status: 201 }) } });
    const registry = prometheus(sop);
    await sop.fetch("http://stock:8080/items?token=secret");
    await sop.fetch("http://stock:8080/items", { signal: AbortSignal.timeout(1_000) });
    expect(await linesOf(registry, "outgoing_request_duration_seconds_count")).toEqual([
      'outgoing_request_duration_seconds_count{host="stock:8080",status="201"} 2',
    ]);
    expect(await linesOf(registry, "outgoing_request_duration_seconds_bucket")).toHaveLength(
      DURATION_BUCKETS.length + 1,
    );
    expect(await linesOf(registry, "outgoing_requests_without_deadline_total")).toEqual([
      'outgoing_requests_without_deadline_total{host="stock:8080"} 1',
    ]);
  });

  it("has buckets that add up, whatever the durations", async () => {
    const sop = make();
    const registry = prometheus(sop);
    const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
    for (let i = 0; i < 20; i++) life.close(life.open({ headers: {} }, {}), 200, "finished");
    const values = (await linesOf(registry, "http_request_duration_seconds_bucket")).map((l) =>
      Number(l.split(" ")[1]),
    );
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.at(-1)).toBe(20);
  });

  it("reads the numbers once for all metrics of a scrape", async () => {
    const sop = make();
    const metrics = vi.spyOn(sop, "metrics");
    const registry = prometheus(sop);
    await registry.metrics();
    expect(metrics).toHaveBeenCalledTimes(1);
    await registry.metrics();
    expect(metrics).toHaveBeenCalledTimes(2);
  });

  it("tells requests in flight, and those that were refused", async () => {
    const sop = make();
    const registry = prometheus(sop);
    const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
    const running = life.open({ headers: {} }, {});
    void sop.drain();
    expect(life.admit(running)).toMatchObject({ status: 503 });
    expect(await linesOf(registry, "http_requests_in_flight")).toEqual(["http_requests_in_flight 1"]);
    expect(await linesOf(registry, "http_requests_refused_total")).toEqual([
      'http_requests_refused_total{reason="draining"} 1',
    ]);
    life.close(running, 503, "finished");
  });

  it("tells the state of each breaker, all states from the start, and its calls by how they ended", async () => {
    const sop = make();
    const registry = prometheus(sop);
    const redis = sop.breaker("redis", { consecutiveFailuresThreshold: 1 });
    const stateIs = (current: string) =>
      ["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"].map(
        (state) => `circuit_breaker_state{name="redis",state="${state}"} ${state === current ? 1 : 0}`,
      );
    const callsAre = (successful: number, failed: number, ignored: number, refused: number) => [
      `circuit_breaker_calls_total{name="redis",kind="successful"} ${successful}`,
      `circuit_breaker_calls_total{name="redis",kind="failed"} ${failed}`,
      `circuit_breaker_calls_total{name="redis",kind="ignored"} ${ignored}`,
      `circuit_breaker_calls_total{name="redis",kind="not_permitted"} ${refused}`,
    ];
    expect(await linesOf(registry, "circuit_breaker_state")).toEqual(stateIs("closed"));
    expect(await linesOf(registry, "circuit_breaker_calls_total")).toEqual(callsAre(0, 0, 0, 0));
    await redis.execute(() => "fine");
    await expect(redis.execute(() => Promise.reject(new Error("down")))).rejects.toThrow("down");
    await expect(redis.execute(() => "never")).rejects.toMatchObject({ code: "SOP_BREAKER_OPEN" });
    expect(await linesOf(registry, "circuit_breaker_state")).toEqual(stateIs("open"));
    expect(await linesOf(registry, "circuit_breaker_calls_total")).toEqual(callsAre(1, 1, 0, 1));
  });

  it("tells the flags, and the state of each source, all states from the start", async () => {
    const path = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(path, "flags: { fast: false, model: small, limits: { a: 1 } }");
    const sop = make({ sources: [fileSource(path, { name: "yaml" })] });
    const registry = prometheus(sop);
    await vi.waitFor(async () => expect(await linesOf(registry, "config_source_state")).toHaveLength(3));
    expect(await linesOf(registry, "config_source_state")).toEqual([
      'config_source_state{source="yaml",state="READY"} 1',
      'config_source_state{source="yaml",state="STALE"} 0',
      'config_source_state{source="yaml",state="ERROR"} 0',
    ]);
    expect(await linesOf(registry, "feature_flag_state")).toEqual([
      'feature_flag_state{flag="fast",variant="false"} 1',
      'feature_flag_state{flag="model",variant="small"} 1',
      'feature_flag_state{flag="limits",variant="object"} 1',
    ]);
    writeFileSync(path, "flags: { fast: true }");
    await vi.waitFor(
      async () => {
        expect(await linesOf(registry, "feature_flag_state")).toEqual([
          'feature_flag_state{flag="fast",variant="true"} 1',
        ]);
      },
      { timeout: 10_000 },
    );
  });

  it("has no series of what is not there yet", async () => {
    const text = await prometheus(make()).metrics();
    expect(text).not.toMatch(/^(circuit_breaker|outgoing_request)/m);
  });

  it("adds the defaults, and leaves those of a registry that has them", async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    expect(prometheus(make(), { registry })).toBe(registry);
    expect(await linesOf(prometheus(make()), "process_cpu_seconds_total")).toHaveLength(1);
    expect(await linesOf(registry, "nodejs_version_info")).toHaveLength(1);
  });

  it("gives the same as JSON", async () => {
    const sop = make();
    const registry = prometheus(sop);
    const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
    life.close(life.open({ headers: {} }, {}), 200, "finished");
    const all = await registry.getMetricsAsJSON();
    const durations = all.find(({ name }) => name === "http_request_duration_seconds");
    expect(durations).toMatchObject({ type: "histogram" });
    expect(durations?.values).toHaveLength(DURATION_BUCKETS.length + 3);
  });
});
