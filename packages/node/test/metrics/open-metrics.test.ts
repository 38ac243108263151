import { createSop, type RequestContext, type Sop, type SopOptions } from "@sop/core";
import { Counter, Registry, type RegistryContentType } from "prom-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Exemplars } from "../../src/metrics/exemplars.ts";
import { formatOf, metricsReader, metricsText } from "../../src/metrics.ts";
import { prometheus } from "../../src/prometheus.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

function make(options: SopOptions = {}): Sop {
  const sop = createSop({ service: "shop", logger: silent, ports: { host }, ...options });
  onTestFinished(() => sop.dispose());
  return sop;
}

function serve(sop: Sop, { route = "/", status = 200, traceparent = "" }): void {
  const life = sop.lifecycle<object>({ name: "test", route: () => route, respond: () => {} });
  life.close(life.open({ headers: traceparent === "" ? {} : { traceparent } }, {}), status, "finished");
}

const traced = (n: number, flags = "01"): string => `00-${String(n).padStart(32, "0")}-b7ad6b7169203331-${flags}`;

describe("OpenMetrics", () => {
  it("tells the trace of a request beside its bucket", async () => {
    const sop = make();
    const registry = prometheus(sop, { openMetrics: true });
    serve(sop, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` });
    const text = await registry.metrics();
    const lines = text.split("\n").filter((line) => line.includes(TRACE));
    expect(lines).toEqual([
      expect.stringMatching(
        /^http_request_duration_seconds_bucket\{method="GET",route="\/",status="200",le="0.005"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} [\d.e-]+ \d{10}(\.\d+)?$/,
      ),
    ]);
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(registry.contentType).toMatch(/^application\/openmetrics-text/);
  });

  it.each([
    ["is not sampled", traced(1, "00")],
    ["has no caller", ""],
    ["is malformed", "00-xyz-01"],
  ])("tells no trace that %s: nobody could look it up", async (_, traceparent) => {
    const sop = make();
    const registry = prometheus(sop, { openMetrics: true });
    serve(sop, { traceparent });
    expect(await registry.metrics()).not.toContain("trace_id");
  });

  it("has none in the other format, and none where they are not wanted", async () => {
    const sop = make();
    const plain = prometheus(sop, { exemplars: true });
    const without = prometheus(sop, { openMetrics: true, exemplars: false });
    serve(sop, { traceparent: traced(1) });
    expect(await plain.metrics()).not.toContain("trace_id");
    expect(await without.metrics()).not.toContain("trace_id");
  });

  it("is written by the user's own registry too, together with the user's own metrics", async () => {
    const registry: Registry<RegistryContentType> = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    new Counter({ name: "orders_total", help: "Orders.", registers: [registry as Registry] }).inc(3);
    const sop = make();
    prometheus(sop, { registry });
    serve(sop, { traceparent: traced(7) });
    const text = await registry.metrics();
    expect(text).toContain("orders_total 3\n");
    expect(text).toContain('http_requests_total{method="GET",route="/",status="200"} 1\n');
    expect(text).toContain("# TYPE http_requests counter\n");
    expect(text).toContain(`trace_id="${"7".padStart(32, "0")}"`);
  });

  it("refuses options that it does not know, by name", () => {
    expect(() => prometheus(make(), { exemplar: true } as never)).toThrow(/exemplar/);
    expect(() => prometheus(make(), { openMetrics: "yes" } as never)).toThrow(/openMetrics/);
  });
});

describe("the text in slices", () => {
  it.each(["prometheus", "openmetrics"] as const)("is prom-client's own, in %s", async (format) => {
    const sop = make();
    for (let i = 0; i < 50; i++) serve(sop, { route: `/r${i}`, traceparent: traced(i + 1) });
    serve(sop, { route: 'a"\\\n', status: 503 });
    sop.breaker("redis");
    const ours = prometheus(sop, { openMetrics: format === "openmetrics", exemplars: true });
    // A merged registry knows nothing of slices, and neither does one with default labels.
    const merged = Registry.merge([ours]);
    const own = (text: string): string[] =>
      text.split("\n").filter((line) => /^(# \w+ )?(http_|circuit_|service_|request_)/.test(line));
    expect(own(await ours.metrics())).toEqual(own(await merged.metrics()));
  });

  it("has the default labels of a registry", async () => {
    const sop = make();
    const registry = prometheus(sop);
    registry.setDefaultLabels({ zone: "a" });
    serve(sop, {});
    expect(await registry.metrics()).toContain('http_requests_total{method="GET",route="/",status="200",zone="a"} 1');
  });

  it("is of one moment, however many turns of the event loop it takes", async () => {
    const sop = make();
    const registry = prometheus(sop);
    for (let i = 0; i < 300; i++) serve(sop, { route: `/r${i}` });
    const text = registry.metrics();
    for (let i = 0; i < 300; i++) serve(sop, { route: `/r${i}` });
    const counts = (await text)
      .split("\n")
      .filter((line) => /^http_request(s_total|_duration_seconds_count)/.test(line));
    expect(counts).toHaveLength(600);
    expect(counts.filter((line) => !line.endsWith(" 1"))).toEqual([]);
  });

  it("can be had without prom-client, in the format that a scraper asks for", async () => {
    const sop = make();
    serve(sop, {});
    const read = metricsReader(sop);
    const text = await metricsText(read(), formatOf("application/openmetrics-text;version=1.0.0;q=0.5,text/plain"));
    expect(text).toContain('http_requests_total{method="GET",route="/",status="200"} 1\n');
    expect(text).toContain("# TYPE process_cpu_seconds counter\n");
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(formatOf("text/plain")).toBe("prometheus");
    expect(formatOf(undefined)).toBe("prometheus");
    expect(await metricsText(read())).not.toContain("# EOF");
  });
});

describe("exemplars", () => {
  function request(n: number, route = "/"): RequestContext {
    return { method: "GET", route, traceId: String(n), isTraced: true } as unknown as RequestContext;
  }

  it("of rare slow requests and of rare failures stay, however many others there are", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const exemplars = new Exemplars([0.005, 1]);
    exemplars.closed(request(1), 200, 5_000);
    exemplars.closed(request(2), 503, 1);
    for (let i = 10; i < 1_000; i++) {
      vi.advanceTimersByTime(100);
      exemplars.closed(request(i), 200, 1);
    }
    const find = exemplars.read();
    const [fast, none, slow] = find(["GET", "/", "200"]) ?? [];
    expect(Number(fast?.traceId)).toBeGreaterThan(990);
    expect(none).toBeUndefined();
    expect(slow?.traceId).toBe("1");
    expect(find(["GET", "/", "503"])?.map((one) => one?.traceId)).toEqual(["2", undefined, undefined]);
    expect(find(["GET", "/other", "200"])).toBeUndefined();
  });

  it("are the newest of their series, with its duration in seconds", () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const exemplars = new Exemplars([0.3]);
    exemplars.closed(request(1, "/a"), 200, 250);
    vi.advanceTimersByTime(1_000);
    exemplars.closed(request(2, "/b"), 200, 260);
    vi.advanceTimersByTime(1_000);
    exemplars.closed(request(3, "/a"), 200, 300);
    const find = exemplars.read();
    expect(find(["GET", "/a", "200"])).toEqual([{ traceId: "3", value: 0.3, at: 1_700_000_002 }, undefined]);
    expect(find(["GET", "/b", "200"])?.[0]?.traceId).toBe("2");
  });
});
