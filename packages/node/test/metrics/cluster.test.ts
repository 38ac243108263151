import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** A primary and its two workers, each with its own port. */
class Service {
  readonly #primary: ChildProcess;
  readonly ports: readonly string[];

  private constructor(primary: ChildProcess, ports: readonly string[]) {
    this.#primary = primary;
    this.ports = ports;
  }

  static async start(format = "prometheus"): Promise<Service> {
    const primary = fork(join(import.meta.dirname, "cluster-service.mjs"), [format]);
    onTestFinished(() => void primary.kill());
    const [{ ports }] = (await once(primary, "message")) as [{ ports: { port: number; worker: number }[] }];
    const sorted = ports.sort((a, b) => a.worker - b.worker).map(({ port }) => `http://127.0.0.1:${port}`);
    return new Service(primary, sorted);
  }

  async request(worker: number, times: number, path = "/items", headers = {}): Promise<void> {
    for (let i = 0; i < times; i++) await (await fetch(`${this.ports[worker]}${path}`, { headers })).text();
  }

  async ask<T>(question: object): Promise<T> {
    this.#primary.send(question);
    return (await once(this.#primary, "message"))[0] as T;
  }

  tell(worker: number, tell: string): void {
    this.#primary.send({ tell, worker });
  }

  async lines(start: string): Promise<string[]> {
    const { text } = await this.ask<{ text: string }>({ ask: "metrics" });
    return text.split("\n").filter((line) => line.startsWith(start));
  }
}

const total = (count: number): string[] => [`http_requests_total{method="GET",route="/items",status="200"} ${count}`];

describe("metrics of a cluster", () => {
  it("are its workers' added up, and a state is the greatest", async () => {
    const service = await Service.start();
    await service.request(0, 3);
    await service.request(1, 4);
    expect(await service.lines("http_requests_total")).toEqual(total(7));
    expect(await service.lines("http_request_duration_seconds_count")).toEqual([
      'http_request_duration_seconds_count{method="GET",route="/items",status="200"} 7',
    ]);
    expect(
      await service.lines('http_request_duration_seconds_bucket{method="GET",route="/items",status="200",le="+Inf'),
    ).toEqual(['http_request_duration_seconds_bucket{method="GET",route="/items",status="200",le="+Inf"} 7']);
    expect(await service.lines("cluster_workers")).toEqual([
      'cluster_workers{state="answered"} 2',
      'cluster_workers{state="late"} 0',
    ]);
    service.tell(1, "open");
    const states = await service.lines("circuit_breaker_state");
    expect(states).toContain('circuit_breaker_state{name="redis",state="closed"} 1');
    expect(states).toContain('circuit_breaker_state{name="redis",state="forced_open"} 1');
    expect(states).toContain('circuit_breaker_state{name="redis",state="open"} 0');
  });

  it("never fall: what a worker has counted stays when it is killed, as of the last scrape", async () => {
    const service = await Service.start();
    await service.request(0, 3);
    await service.request(1, 4);
    await service.lines("http_requests_total");
    await service.ask({ ask: "kill", worker: 0 });
    await service.request(1, 1);
    expect(await service.lines("http_requests_total")).toEqual(total(8));
    expect(await service.lines("http_requests_in_flight")).toEqual(["http_requests_in_flight 0"]);
    expect(await service.lines("cluster_workers")).toContain('cluster_workers{state="answered"} 1');
  });

  it("have all of a worker that drained, also what no scrape has seen", async () => {
    const service = await Service.start();
    await service.request(0, 5);
    await service.ask({ ask: "leave", worker: 0, tell: "drain" });
    expect(await service.lines("http_requests_total")).toEqual(total(5));
  });

  it("stand as they were for a worker that does not answer", async () => {
    const service = await Service.start();
    await service.request(0, 3);
    await service.request(1, 4);
    await service.lines("http_requests_total");
    service.tell(0, "block");
    const late = await service.lines("cluster_workers");
    expect(late).toContain('cluster_workers{state="late"} 1');
    expect(await service.lines("http_requests_total")).toEqual(total(7));
  });

  it("keep exemplars in OpenMetrics", async () => {
    const service = await Service.start("openmetrics");
    await service.request(0, 1, "/items", { traceparent: `00-${TRACE}-b7ad6b7169203331-01` });
    await service.request(1, 2);
    const { text, contentType } = await service.ask<{ text: string; contentType: string }>({ ask: "metrics" });
    expect(contentType).toMatch(/^application\/openmetrics-text/);
    expect(text.split("\n").filter((line) => line.includes(TRACE))).toHaveLength(1);
    expect(text).toContain("# TYPE http_requests counter\n");
    expect(text).toContain('http_requests_total{method="GET",route="/items",status="200"} 3\n');
    expect(text).toMatch(/# EOF\n$/);
  });
});
