import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing } from "../services/missing.ts";
import { buildCollector, notBuildable } from "./build.ts";
import { bound, pushed, query, scraped } from "./query.ts";
import { freePort, type Server, startCollector, startPrometheus } from "./servers.ts";

const skip = missing("prometheus") ?? notBuildable();
if (skip) console.log(`skipped: ${skip}`);

const COUNTERS = {
  middleware_panic_total: "name",
  request_context_canceled_total: "reason",
  incidents_total: "trigger",
} as const;

describe.skipIf(skip)("a service whose SDK pushes to a Collector, and that is scraped as well", () => {
  const running: Server[] = [];
  let service: ChildProcess;
  let url: string;
  let prometheus: string;
  let called = 0;
  let sent = 0;

  beforeAll(async () => {
    const binary = buildCollector();
    const [port, metrics] = [await freePort(), await freePort()];
    called = metrics;
    const store = await startPrometheus(`127.0.0.1:${metrics}`);
    running.push(store);
    prometheus = store.url;
    const collector = await startCollector(binary, prometheus);
    running.push(collector);
    const args = [join(import.meta.dirname, "service.mjs"), String(port), String(metrics), collector.url];
    service = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, SOP_ADMIN: "off" },
    });
    await once(service.stdout as NodeJS.ReadableStream, "data");
    url = `http://127.0.0.1:${port}`;
    sent = await traffic(url, port);
  }, 900_000);

  afterAll(async () => {
    if (service?.kill("SIGTERM")) await once(service, "exit");
    for (const server of running.reverse()) await server.stop();
  });

  const direct = (name: string, keyOf = scraped, only = "") => query(prometheus, `${name}{job="direct"${only}}`, keyOf);
  const through = (name: string, keyOf = pushed, only = "") => query(prometheus, `${name}{job="pushed"${only}}`, keyOf);
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, n) => all + n, 0);

  it("has the same count, sum and buckets of each series in Prometheus on both ways", { timeout: 60_000 }, async () => {
    const both = ["direct", "pushed"];
    await expect
      .poll(
        async () => [
          sum(await direct("http_request_duration_seconds_count")),
          sum(await through("http_server_request_duration_seconds_count")),
        ],
        { timeout: 30_000, interval: 200 },
      )
      .toEqual(both.map(() => sent));
    for (const part of ["count", "sum", "bucket"]) {
      const expected = await direct(`http_request_duration_seconds_${part}`);
      expect(await through(`http_server_request_duration_seconds_${part}`)).toEqual(expected);
    }
    const counts = await direct("http_request_duration_seconds_count");
    expect(Object.keys(counts).sort()).toEqual([
      "DELETE /items/:id 200 ",
      "GET /broken 503 ",
      "GET /call 200 ",
      "GET /items/:id 200 ",
      "GET /items/:id 499 ",
      "GET /items/:id 504 ",
      "GET /missing 404 ",
      "GET unmatched 404 ",
      "POST /items/:id 200 ",
    ]);
    expect(Object.keys(await direct("http_request_duration_seconds_bucket"))).toHaveLength(9 * 13);
  });

  it("has the same calls to other services", async () => {
    const keyOf = ({ status, http_response_status_code: code, le }: Record<string, string>) =>
      [status ?? code, bound(le)].join(" ");
    for (const part of ["count", "sum", "bucket"]) {
      // Not those to the Collector: they go on.
      const expected = await direct(`outgoing_request_duration_seconds_${part}`, keyOf, `,host="127.0.0.1:${called}"`);
      expect(Object.keys(expected)).toHaveLength(part === "bucket" ? 13 : 1);
      const only = `,server_address="127.0.0.1",server_port="${called}"`;
      expect(await through(`http_client_request_duration_seconds_${part}`, keyOf, only)).toEqual(expected);
    }
  });

  it("has its counters and states under the very names that dashboards and alerts know", async () => {
    for (const [name, label] of Object.entries(COUNTERS)) {
      const keyOf = (labels: Record<string, string>): string => String(labels[label]);
      const expected = await direct(name, keyOf);
      expect(Object.keys(expected).length).toBeGreaterThan(0);
      expect(await through(name, keyOf)).toEqual(expected);
    }
    const names = async (job: string) =>
      Object.keys(await query(prometheus, `count by (__name__) ({job="${job}"})`, ({ __name__ = "" }) => __name__));
    const seen = await names("pushed");
    expect(seen).toEqual(expect.arrayContaining(["service_state", "event_loop_utilization_ratio", "process_open_fds"]));
    const own = new Set(await names("direct"));
    const renamed = /^(http_server_|http_client_|target_info)/;
    expect(seen.filter((name) => !own.has(name) && !renamed.test(name))).toEqual([]);
  });
});

/** Sends requests that end in all ways, and returns how many. */
async function traffic(url: string, port: number): Promise<number> {
  let sent = 0;
  const ask = async (path: string, init: RequestInit = {}): Promise<void> => {
    sent++;
    await (await fetch(url + path, init)).text();
  };
  for (let i = 0; i < 20; i++) {
    await Promise.all([0, 3, 8, 20, 60, 120].map((ms) => ask(`/items/${ms}`)));
    await Promise.all([
      ask("/items/1", { method: "POST" }),
      ask("/items/1", { method: "DELETE" }),
      ask("/missing"),
      ask("/nowhere"),
      ask("/call"),
    ]);
  }
  await Promise.all([1, 2, 3].map(() => ask("/broken")));
  await Promise.all([1, 2].map(() => ask("/items/5000", { headers: { "x-envoy-expected-rq-timeout-ms": "30" } })));
  for (let i = 0; i < 4; i++) {
    sent++;
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /items/10000 HTTP/1.1\r\nHost: shop\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
  }
  return sent;
}
