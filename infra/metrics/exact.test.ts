import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { MetricsSnapshot } from "../../packages/core/src/index.ts";

const REQUESTS = Number(process.env["SOP_METRICS_REQUESTS"] ?? 1_000_000);

type Counts = Readonly<Record<string, number>>;

interface Told {
  readonly metrics: MetricsSnapshot;
  readonly text: string;
}

function start(file: string): ChildProcess {
  const child = fork(join(import.meta.dirname, file));
  onTestFinished(() => void child.kill());
  return child;
}

async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  child.send(question);
  return (await once(child, "message"))[0] as T;
}

/** The sum of all that `counted` has for requests that `wanted` is true of. */
function sum(counted: Counts, wanted: (request: string) => boolean): number {
  return Object.entries(counted).reduce((total, [request, n]) => total + (wanted(request) ? n : 0), 0);
}

/** The values of a metric in a scrape, by the values of its labels. */
function scraped(text: string, name: string): Counts {
  const found: Record<string, number> = {};
  for (const line of text.split("\n")) {
    const [, labels = "", value] = new RegExp(`^${name}(?:\\{(.*?)\\})? (\\S+)`).exec(line) ?? [];
    if (value !== undefined) found[[...labels.matchAll(/="([^"]*)"/g)].map(([, v]) => v).join(" ")] = Number(value);
  }
  return found;
}

describe(`over ${REQUESTS.toLocaleString("en")} requests, pipelined, aborted, late and broken`, {
  timeout: 600_000,
}, () => {
  it("counts are the client's own, exactly, by method, route and status", async () => {
    const server = start("server.mjs");
    const [{ port }] = (await once(server, "message")) as [{ port: number }];
    const { counts } = await ask<{ counts: Counts }>(start("load.mjs"), { port, requests: REQUESTS });
    const { metrics, text } = await ask<Told>(server, {});

    expect(sum(counts, () => true)).toBe(REQUESTS);
    const all = metrics.requests.map(({ method, route, status, ...cells }) => ({
      request: `${method} ${route} ${status}`,
      ...cells,
    }));
    expect(Object.fromEntries(all.map(({ request, count }) => [request, count]))).toEqual(counts);
    for (const { request, buckets } of all) {
      expect(
        buckets.reduce((total, n) => total + n, 0),
        request,
      ).toBe(counts[request]);
    }
    expect(metrics.canceled).toEqual({
      canceled: sum(counts, (request) => request.endsWith(" 499")),
      deadline_exceeded: sum(counts, (request) => request.endsWith(" 504")),
    });
    expect(metrics.panics).toEqual({ "/panic": counts["GET /panic 503"] });

    expect(scraped(text, "http_requests_total")).toEqual(counts);
    expect(scraped(text, "http_request_duration_seconds_count")).toEqual(counts);
    expect(scraped(text, "request_context_canceled_total")).toEqual(metrics.canceled);
    expect(scraped(text, "middleware_panic_total")).toEqual(metrics.panics);
    expect(scraped(text, "http_requests_in_flight")).toEqual({ "": 0 });
    for (const { request, buckets } of all) {
      const inText = Object.entries(scraped(text, "http_request_duration_seconds_bucket"))
        .filter(([labels]) => labels.startsWith(`${request} `))
        .map(([, value]) => value);
      let below = 0;
      expect(inText).toEqual(buckets.map((n) => (below += n)));
    }
  });
});
