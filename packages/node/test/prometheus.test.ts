import { createSop, type Sop } from "@sop/core";
import { prometheus } from "@sop/node/prometheus";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";

let sop: Sop;
afterEach(() => sop.dispose());

function serve(status: number, fail = false): void {
  const life = sop.lifecycle<object>({ name: "test", route: () => "/items/:id", respond: () => undefined });
  const context = life.open({ method: "GET", headers: {} }, {}, undefined);
  life.admit(context);
  if (fail) life.fail(context, new Error("broken"), "rate-limit");
  life.close(context, status, "finished");
}

function start(): void {
  sop = createSop({ service: "shop", logLevel: "silent", flags: { "redis.enabled": true } });
}

describe("a scrape", () => {
  it("has the requests by method, route and status, with cumulative buckets", async () => {
    start();
    serve(200);
    serve(200);
    serve(503, true);
    const text = await prometheus(sop, { defaults: false }).metrics();
    expect(text).toContain('http_requests_total{method="GET",route="/items/:id",status="200"} 2');
    expect(text).toContain('http_requests_total{method="GET",route="/items/:id",status="503"} 1');
    expect(text).toContain("# TYPE http_request_duration_seconds histogram");
    expect(text).toContain(
      'http_request_duration_seconds_bucket{method="GET",route="/items/:id",status="200",le="0.005"} 2',
    );
    expect(text).toContain(
      'http_request_duration_seconds_bucket{method="GET",route="/items/:id",status="200",le="+Inf"} 2',
    );
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/items/:id",status="200"} 2');
  });

  it("has panics, cancellations, incidents, flags and the requests in flight", async () => {
    start();
    serve(503, true);
    const text = await prometheus(sop, { defaults: false }).metrics();
    expect(text).toContain('middleware_panic_total{name="rate-limit"} 1');
    expect(text).toContain('request_context_canceled_total{reason="canceled"} 0');
    expect(text).toContain('request_context_canceled_total{reason="deadline_exceeded"} 0');
    expect(text).toContain('incidents_total{trigger="panic"} 1');
    expect(text).toContain('feature_flag_state{flag="redis.enabled",variant="true"} 1');
    expect(text).toContain("http_requests_in_flight 0");
  });

  it("agrees with the next one, and with sop.metrics(): nothing is recorded twice", async () => {
    start();
    const registry = prometheus(sop, { defaults: false });
    serve(200);
    expect(await registry.metrics()).toBe(await registry.metrics());
    serve(200);
    expect(await registry.metrics()).toContain('status="200"} 2');
  });

  it("has prom-client's default metrics unless they are refused, in the registry that was given", async () => {
    start();
    const registry = new Registry();
    expect(prometheus(sop, { registry })).toBe(registry);
    expect(await registry.metrics()).toContain("process_cpu_user_seconds_total");
    expect(await prometheus(sop, { defaults: false }).metrics()).not.toContain("process_cpu");
  });

  it("can be merged and read as JSON, as prom-client's own metrics can", async () => {
    start();
    serve(200);
    const found = await prometheus(sop, { defaults: false }).getMetricsAsJSON();
    expect(found).toContainEqual(expect.objectContaining({ name: "http_requests_total", type: "counter" }));
  });
});
