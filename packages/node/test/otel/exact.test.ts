import { type Clock, createSop, type Lifecycle, type RequestContext, SopError } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { metricProducer } from "../../src/otel.ts";
import { prometheus } from "../../src/prometheus.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";
import { countsOf, histogramOf, type Parsed, parse, seriesOf } from "./agree.ts";

const REQUESTS = 1_000_000;
const ROUTES = ["/", "/items/:id", "/items", "/checkout", undefined] as const;
const METHODS = ["GET", "POST", "PUT", "DELETE", "PROPFIND"] as const;
const STATUSES = [200, 201, 204, 302, 400, 404, 409, 500, 502] as const;

/** Time that the test moves. */
class HandClock implements Clock {
  time = 0;
  readonly now = (): number => 1_700_000_000_000 + this.time;
  readonly monotonic = (): number => this.time;
  readonly setTimeout = (): unknown => 0;
  readonly clearTimeout = (): void => {};
}

/** A generator of numbers 0..1 that is the same each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("a million requests, with errors, panics, refusals and clients that leave", () => {
  it("are the same counts and buckets in both modes, and the generator's own", { timeout: 120_000 }, async () => {
    const clock = new HandClock();
    const policy = { name: "quota", admit: (context: RequestContext) => refused(context) };
    const sop = createSop({
      service: "shop",
      logger: silent,
      ports: { host, clock },
      policies: [policy],
      incidents: { quiet: "1h" },
    });
    onTestFinished(() => sop.dispose());
    const registry = prometheus(sop);
    const producer = metricProducer(sop);
    const life = sop.lifecycle<{ route: string | undefined }>({
      name: "test",
      route: ({ route }) => route,
      respond: () => {},
    });
    const random = randomOf(7);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const own = new Map<string, number>();
    const exchanges = ROUTES.map((route) => ({ route }));

    for (let i = 0; i < REQUESTS; i++) {
      const exchange = pick(exchanges);
      const method = pick(METHODS);
      const context = life.open({ method, headers: {} }, exchange);
      // Exactly on a bound at times.
      clock.time += random() < 0.1 ? pick([5, 10, 300, 10_000]) : random() ** 8 * 15_000;
      const status = end(life, context, random(), pick(STATUSES));
      const key = [method === "PROPFIND" ? "other" : method, exchange.route ?? "unmatched", status].join(" ");
      own.set(key, (own.get(key) ?? 0) + 1);
    }

    const text = parse(await registry.metrics());
    const { resourceMetrics, errors } = await producer.collect();
    expect(errors).toEqual([]);
    const told = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);

    const scraped = seriesOf(text, "http_request_duration_seconds", ["method", "route", "status"]);
    const pushed = histogramOf(told, "http.server.request.duration", serverKey);
    expect(Object.fromEntries([...scraped].map(([key, { count }]) => [key, count]))).toEqual(Object.fromEntries(own));
    expect(pushed).toEqual(scraped);
    expect([...pushed.values()].reduce((sum, { count }) => sum + count, 0)).toBe(REQUESTS);
    for (const { count, buckets } of pushed.values()) expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(count);

    for (const [metric, name] of Object.entries(COUNTED)) {
      const counts = countsOf(told, name);
      expect(counts.size).toBeGreaterThan(0);
      expect(counts).toEqual(valuesOf(text, metric));
    }
  });
});

/** Counters of the table, and how OpenTelemetry calls them. */
const COUNTED = {
  middleware_panic_total: "middleware.panic",
  request_context_canceled_total: "request_context.canceled",
  http_requests_refused_total: "http.requests_refused",
  incidents_total: "incidents",
} as const;

const refusedNow = new WeakSet<RequestContext>();

function refused(context: RequestContext) {
  if (!refusedNow.has(context)) return undefined;
  return { status: 503, headers: {}, body: "" };
}

/** Ends a request in one of all ways, and gives the status it has to be counted with. */
function end<X>(life: Lifecycle<X>, context: RequestContext, way: number, status: number): number {
  if (way < 0.02) {
    life.close(context, 0, "aborted");
    return 499;
  }
  if (way < 0.03) {
    refusedNow.add(context);
    const reply = life.admit(context);
    life.close(context, reply?.status ?? 0, "finished");
    return 503;
  }
  life.admit(context);
  if (way < 0.031) {
    const reply = life.fail(context, new TypeError("x"), way < 0.0305 ? "auth" : "body");
    life.close(context, reply?.status ?? 0, "finished");
    return 503;
  }
  if (way < 0.032) {
    const reply = life.fail(context, new SopError("SOP_DEADLINE", "late"));
    life.close(context, reply?.status ?? 0, "finished");
    return 504;
  }
  life.close(context, status, "finished");
  return status;
}

/** The labels of a scrape, from attributes. */
function serverKey(attributes: Readonly<Record<string, unknown>>): string {
  const method = attributes["http.request.method"] === "_OTHER" ? "other" : attributes["http.request.method"];
  const canceled = attributes["error.type"] === "canceled" ? 499 : undefined;
  return [method, attributes["http.route"] ?? "unmatched", attributes["http.response.status_code"] ?? canceled].join(
    " ",
  );
}

function valuesOf(text: Parsed, name: string): Map<string, number> {
  return new Map(
    text.filter((line) => line.name === name).map(({ labels, value }) => [Object.values(labels).join(" "), value]),
  );
}
