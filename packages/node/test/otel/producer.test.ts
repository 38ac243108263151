import * as sdk3 from "@opentelemetry/sdk-metrics";
import { createSop, type SopOptions } from "@sop/core";
import * as sdk2 from "opentelemetry-sdk-metrics-2";
import { describe, expect, it, onTestFinished } from "vitest";
import { metricProducer } from "../../src/otel.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

function make(options: SopOptions = {}) {
  const sop = createSop({ service: "shop", logger: silent, ports: { host }, ...options });
  onTestFinished(() => sop.dispose());
  const life = sop.lifecycle<{ route?: string }>({ name: "test", route: ({ route }) => route, respond: () => {} });
  return {
    sop,
    /** A request that ends at once. */
    ask(status: number, { method = "GET", route = "/items/:id" }: { method?: string; route?: string } = {}) {
      const context = life.open({ method, headers: {} }, route === "" ? {} : { route });
      life.admit(context);
      life.close(context, status, status === 0 ? "aborted" : "finished");
    },
    life,
  };
}

type Producer = ReturnType<typeof metricProducer>;

async function told(producer: Producer, name: string) {
  const { resourceMetrics, errors } = await producer.collect();
  expect(errors).toEqual([]);
  return resourceMetrics.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === name);
}

const attributesOf = async (producer: Producer, name: string) =>
  (await told(producer, name))?.dataPoints.map(({ attributes }) => attributes);

describe.each([
  [2, sdk2],
  [3, sdk3],
] as const)("an SDK of version %i", (_version, sdk) => {
  it("reads the metrics beside its own, and exports them cumulative with their start", async () => {
    const { sop, ask } = make();
    ask(200);
    const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
    const reader = new sdk.PeriodicExportingMetricReader({ exporter, metricProducers: [metricProducer(sop)] });
    const provider = new sdk.MeterProvider({ readers: [reader] });
    onTestFinished(() => provider.shutdown());
    provider.getMeter("own").createCounter("own").add(1);
    await reader.forceFlush();
    ask(200);
    await reader.forceFlush();

    const [first, second] = exporter.getMetrics().map(({ scopeMetrics }) => {
      const metrics = scopeMetrics.flatMap(({ metrics }) => metrics);
      expect(metrics.map(({ descriptor }) => descriptor.name)).toContain("own");
      return metrics.find(({ descriptor }) => descriptor.name === "http.server.request.duration");
    });
    expect(second).toMatchObject({
      descriptor: { unit: "s", valueType: 1 },
      dataPointType: sdk.DataPointType.HISTOGRAM,
      aggregationTemporality: sdk.AggregationTemporality.CUMULATIVE,
      dataPoints: [{ value: { count: 2, buckets: { boundaries: sop.metrics().bounds } } }],
    });
    expect(first?.dataPoints[0]?.startTime).toEqual(second?.dataPoints[0]?.startTime);
    const [point] = second?.dataPoints ?? [];
    expect((point?.startTime[0] ?? 0) * 1_000).toBeGreaterThan(performance.timeOrigin - 1_000);
    expect(point?.endTime[0]).toBeGreaterThanOrEqual(point?.startTime[0] ?? Number.NaN);
  });
});

describe("the conventions for HTTP", () => {
  it("name a request's method, route, status and error", async () => {
    const { sop, ask } = make();
    ask(200);
    ask(404, { route: "" });
    ask(503, { method: "PURGE" });
    ask(0);
    ask(999);
    const scheme = { "url.scheme": "https" };
    const route = { "http.route": "/items/:id" };
    expect(await attributesOf(metricProducer(sop, { scheme: "https" }), "http.server.request.duration")).toEqual([
      { ...scheme, ...route, "http.request.method": "GET", "http.response.status_code": 200 },
      { ...scheme, "http.request.method": "GET", "http.response.status_code": 404 },
      { ...scheme, ...route, "http.request.method": "_OTHER", "http.response.status_code": 503, "error.type": "503" },
      { ...scheme, ...route, "http.request.method": "GET", "error.type": "canceled" },
      { ...scheme, ...route, "http.request.method": "GET", "error.type": "_OTHER" },
    ]);
  });

  it("name the server that is called", async () => {
    const statuses = [200, 404];
    const fetch = async (): Promise<Response> => {
      const status = statuses.shift();
      if (status === undefined) throw new TypeError("fetch failed");
      return new Response("", { status });
    };
    const { sop } = make({ ports: { host, fetch } });
    await sop.fetch("http://[::1]:8080/items");
    await sop.fetch("https://stock/items");
    await sop.fetch("https://stock/items").catch(() => {});
    expect(await attributesOf(metricProducer(sop), "http.client.request.duration")).toEqual([
      { "server.address": "::1", "server.port": 8080, "http.response.status_code": 200 },
      { "server.address": "stock", "error.type": "_OTHER" },
      { "server.address": "stock", "http.response.status_code": 404, "error.type": "404" },
    ]);
  });

  it("have an up-down counter of what is in flight", async () => {
    const { sop, life } = make();
    life.open({ headers: {} }, {});
    const metric = await told(metricProducer(sop), "http.server.active_requests");
    expect(metric).toMatchObject({ dataPointType: 3, isMonotonic: false, descriptor: { unit: "{request}" } });
    expect(metric?.dataPoints.map(({ value }) => value)).toEqual([1]);
  });
});

it("all other metrics keep their labels, and a name that gives Prometheus' own back", async () => {
  const { sop, life } = make({ flags: { search: true } });
  const context = life.open({ headers: {} }, { route: "/" });
  life.admit(context);
  life.fail(context, new Error("x"), "auth");
  const producer = metricProducer(sop);
  expect(await told(producer, "middleware.panic")).toMatchObject({
    dataPointType: 3,
    isMonotonic: true,
    descriptor: { unit: "{panic}", valueType: 0 },
    dataPoints: [{ attributes: { name: "auth" }, value: 1 }],
  });
  expect(await told(producer, "feature_flag.state")).toMatchObject({
    dataPointType: 2,
    dataPoints: [{ attributes: { flag: "search", variant: "true" }, value: 1 }],
  });
  expect(await told(producer, "event_loop.utilization")).toMatchObject({ descriptor: { unit: "1", valueType: 1 } });
  expect(await told(producer, "http.requests")).toBeUndefined();
});

it("buckets are those of the options", async () => {
  const { sop, ask } = make({ metrics: { buckets: [0.5, 1] } });
  ask(200);
  const metric = await told(metricProducer(sop), "http.server.request.duration");
  expect(metric?.dataPoints[0]?.value).toMatchObject({
    buckets: { boundaries: [0.5, 1], counts: [1, 0, 0] },
    count: 1,
  });
});

it("what cannot be read is an error of that collection, not of the reader", async () => {
  const { sop } = make();
  const producer = metricProducer(sop);
  const failure = new Error("broken");
  sop.metrics = () => {
    throw failure;
  };
  expect(await producer.collect()).toMatchObject({
    errors: [failure],
    resourceMetrics: { scopeMetrics: [{ metrics: [] }] },
  });
});

it("options that are wrong are named", () => {
  const { sop } = make();
  expect(() => metricProducer(sop, { scheme: "ftp" } as never)).toThrow(/scheme/);
  expect(() => metricProducer(sop, { schema: "http" } as never)).toThrow(/schema/);
});
