import { describe, expect, it } from "vitest";
import { json, serve, sop } from "../plane/stub.ts";

type Values = readonly (readonly [number, string])[];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: Values;
}

/** A server of Prometheus' API, of which the last ten seconds are asked. */
async function server(series: (start: number) => { buckets: Series[]; up: Series[] }, under = "") {
  const queries: URLSearchParams[] = [];
  const stub = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
    const path = pathname.replace(`${under}/api/v1/`, "");
    if (path === "query") json(response, 200, { status: "success", data: {} });
    else if (path === "label/__name__/values") {
      json(response, 200, { status: "success", data: ["http_request_duration_seconds_bucket", "rpc_seconds_bucket"] });
    } else if (path === "query_range") {
      queries.push(searchParams);
      const { buckets, up } = series(Number(searchParams.get("start")));
      const result = searchParams.get("query") === "up == 1" ? up : buckets;
      json(response, 200, { status: "success", data: { resultType: "matrix", result } });
    } else response.writeHead(404).end();
  });
  return { ...stub, queries };
}

const labels = {
  __name__: "http_request_duration_seconds_bucket",
  job: "shop",
  instance: "a",
  method: "GET",
  route: "/a",
};

/** Both buckets of a series, of which `slow` in a hundred are above the first; one value for each second from `first` on. */
function series(start: number, first: number, counts: readonly number[], more: object = {}): Series[] {
  const values = (share: number): Values => counts.map((n, i) => [start + first + i, String(n * share)]);
  return [
    { metric: { ...labels, ...more, le: "0.1" }, values: values(0.9) },
    { metric: { ...labels, ...more, le: "+Inf" }, values: values(1) },
  ];
}

const up = (start: number, first = 0): Series[] => [
  { metric: { __name__: "up", job: "shop", instance: "a" }, values: [[start + first, "1"]] },
];

const ask = (url: string, ...args: readonly string[]) =>
  sop("latency-profiler", "--prometheus", url, "--duration", "10s", "--interval", "1s", ...args);

describe("sop latency-profiler --prometheus with a server", () => {
  it("takes what its counters rose by over the last while, at once", async () => {
    const { url, queries } = await server((start) => ({
      buckets: series(start, 0, [500, 510, 510, 530]),
      up: up(start),
    }));
    const { code, out, err } = await ask(url, "--json", "--match", '{job="shop"}');
    expect(code, err).toBe(0);
    const [route, ...others] = JSON.parse(out).routes;
    expect(others).toEqual([]);
    expect(route).toMatchObject({ route: "GET /a", requests: 30 });
    expect(route.slices.map(({ requests }: { requests: number }) => requests)).toEqual([10, 20]);
    expect(queries[0]?.get("query")).toBe('{__name__="http_request_duration_seconds_bucket",job="shop"}');
    expect(Number(queries[0]?.get("end")) - Number(queries[0]?.get("start"))).toBe(10);
    expect(queries[0]?.get("step")).toBe("1");
  });

  it("counts all of a series that began while its target was there, and nothing of one that came with it", async () => {
    const born = await server((start) => ({ buckets: series(start, 3, [40, 40]), up: up(start) }));
    expect(JSON.parse((await ask(born.url, "--json")).out).routes[0]).toMatchObject({ requests: 40 });
    const discovered = await server((start) => ({ buckets: series(start, 3, [40, 50]), up: up(start, 3) }));
    expect(JSON.parse((await ask(discovered.url, "--json")).out).routes[0]).toMatchObject({ requests: 10 });
  });

  it("adds up instances, and says when there are several jobs", async () => {
    const { url } = await server((start) => ({
      buckets: [...series(start, 0, [0, 10]), ...series(start, 0, [0, 20], { job: "other", instance: "b" })],
      up: up(start),
    }));
    const { out, err } = await ask(url, "--json");
    expect(JSON.parse(out).routes[0]).toMatchObject({ requests: 30 });
    expect(err).toContain("Of several jobs (other, shop)");
  });

  it("finds a server below a path", async () => {
    const { url } = await server((start) => ({ buckets: series(start, 0, [0, 10]), up: up(start) }), "/prometheus");
    const { code, err, out } = await ask(`${url}/prometheus/`);
    expect(code, err).toBe(0);
    expect(out).toContain("GET /a");
  });

  it("tells what the server says of a question that it does not take", async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.includes("/query?")) json(response, 200, { status: "success", data: {} });
      else
        json(response, 400, { status: "error", errorType: "bad_data", error: "parse error: unexpected \u001b[31m}" });
    });
    const { code, err } = await ask(url, "--match", "}");
    expect(code).toBe(1);
    expect(err).toContain("parse error: unexpected");
    expect(err).not.toContain("\u001b");
  });

  it("says which histograms there are where the one that is wanted is not", async () => {
    const { url } = await server((start) => ({ buckets: [], up: up(start) }));
    const { code, err } = await ask(url, "--metric", "latency_seconds");
    expect(code).toBe(1);
    expect(err).toContain("--metric can name one of http_request_duration_seconds, rpc_seconds");
  });
});
