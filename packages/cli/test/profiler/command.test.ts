import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener } from "node:http";
import { join } from "node:path";
import { LATENCY_BOUNDS } from "@sop/node/latency";
import { describe, expect, it } from "vitest";
import { run } from "../../src/index.ts";
import { measure } from "../../src/profiler/measure.ts";
import type { LatencySource } from "../../src/profiler/sources/source.ts";
import { adminFile, json, screen, serve, sop, temporary } from "../plane/stub.ts";

/** A plane whose time runs faster: each answer is two seconds on, and each second had these requests. */
function plane({ slow = false, began = 1, few = false, at = "2026-11-25T05:00:00Z" } = {}): RequestListener {
  let until = Date.parse(at);
  return (request, response) => {
    const since = new URL(request.url ?? "", "http://plane").searchParams.get("since");
    const begin = until;
    if (since !== null) until += 2_000;
    const slices = [begin, begin + 1_000].map((at) => ({
      at,
      routes: [
        { route: "GET /items", errors: 0, cancelled: 1, counts: [[100, 200]] },
        { route: "POST /orders", errors: slow ? 5 : 0, cancelled: 0, counts: [[slow ? 250 : 120, few ? 10 : 100]] },
      ],
    }));
    const known = { live: true, asOf: "", service: "shop", since: began, until, bounds: LATENCY_BOUNDS };
    json(response, 200, { ...known, slices: since === null ? [] : slices });
  };
}

async function metrics(texts: readonly string[], type = "text/plain; version=0.0.4") {
  let asked = 0;
  return serve((request, response) => {
    if (request.url?.startsWith("/api/")) response.writeHead(404).end("not found");
    else response.writeHead(200, { "content-type": type }).end(texts[Math.min(asked++, texts.length - 1)]);
  });
}

const bucket = (le: string, count: number, labels = 'method="GET",route="/a",status="200"'): string =>
  `http_request_duration_seconds_bucket{${labels},le="${le}"} ${count} # {trace_id="x"} 0.1 1.5\n`;

describe("sop latency-profiler", () => {
  it("measures through the plane, and writes table, heat map and CSV", async () => {
    const { url, asked } = await serve(plane());
    const dir = temporary();
    const [svg, csv] = [join(dir, "heatmap.svg"), join(dir, "figures.csv")];
    const { code, out, err } = await sop(
      "latency-profiler",
      "--addr",
      url,
      "--duration",
      "4s",
      "--output",
      svg,
      "--csv",
      csv,
    );
    expect(code, err).toBe(0);
    expect(out).toMatch(/ROUTE\s+REQUESTS\s+RATE\s+P50\s+P90\s+P99\s+ERRORS\s+LEFT/);
    expect(out).toMatch(/GET \/items\s+800\s+200\/s\s+4\.\d ms/);
    expect(readFileSync(svg, "utf8")).toContain("Latency by route of shop");
    expect(readFileSync(csv, "utf8").split("\r\n")).toHaveLength(1 + 2 * 4 + 1);
    // It goes on from where the last answer ended.
    expect(asked.map(({ url: path }) => path)).toEqual([
      "/debug/mw/latency",
      expect.stringMatching(/since=1\d{12}$/),
      expect.stringMatching(/since=1\d{12}$/),
    ]);
    expect(err).toContain("4 s of 4 s: 1,200 requests");
  });

  it("gives a run that can be compared with, and exit 1 where it got worse by more than is allowed", async () => {
    const before = join(temporary(), "before.json");
    const first = await sop("latency-profiler", "--addr", (await serve(plane())).url, "--duration", "2s", "--json");
    writeFileSync(before, first.out);
    const slow = (await serve(plane({ slow: true }))).url;
    const args = ["latency-profiler", "--addr", slow, "--duration", "2s", "--baseline", before];
    const { code, out, err } = await sop(...args, "--fail-above", "20%", "--json");
    expect(code).toBe(1);
    const { comparison } = JSON.parse(out);
    expect(comparison.worse).toMatchObject([
      { route: "POST /orders", figure: "p50" },
      { route: "POST /orders", figure: "p90" },
      { route: "POST /orders", figure: "p99" },
    ]);
    expect(err).toContain("POST /orders: P99 rose by");
    const table = await sop(...args);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/GET \/items\s+was 4\.\d ms, same/);
    expect(table.out).toMatch(/POST \/orders\s+was 1\d ms, ×\d+ slower/);
  });

  it.each([
    ["another version", '{"schema":"sop.latency/2"}', /not "sop.latency\/1"/],
    ["no JSON", "latency", /is no JSON/],
    ["something else", '{"schema":"sop.incident/1"}', /not "sop.latency\/1"/],
  ])("refuses a baseline of %s before it measures", async (_, text, problem) => {
    const file = join(temporary(), "before.json");
    writeFileSync(file, text);
    const { code, err } = await sop("latency-profiler", "--addr", "127.0.0.1:1", "--baseline", file);
    expect(code).toBe(2);
    expect(err).toMatch(problem);
  });

  it("names every option that is wrong", async () => {
    const { code, err } = await sop(
      "latency-profiler",
      "--duration",
      "soon",
      "--interval",
      "1ms",
      "--fail-above",
      "a lot",
      "--metric",
      "x",
    );
    expect(code).toBe(2);
    for (const name of ["--duration", "--interval", "--fail-above", "--metric"]) expect(err).toContain(name);
  });

  it("keeps what was measured when it is interrupted", async () => {
    const { url, asked } = await serve(plane());
    const abort = new AbortController();
    const { terminal } = screen(abort.signal);
    const out = join(temporary(), "heatmap.svg");
    const running = run(["latency-profiler", "--addr", url, "--duration", "1h", "--output", out], terminal);
    await until(() => asked.length >= 3);
    abort.abort();
    expect(await running).toBe(0);
    expect(readFileSync(out, "utf8")).toContain("GET /items");
  });

  it("finds a service again that was started again at another address, and says so", async () => {
    const first = await serve(plane());
    const dir = adminFile({ url: first.url, token: "a" });
    const running = sop("latency-profiler", "--dir", dir, "--duration", "8s", "--json");
    await until(() => first.asked.length >= 3);
    await first.close();
    const second = await serve(plane({ began: 2, at: "2026-11-25T05:00:10Z" }));
    writeFileSync(join(dir, "admin.json"), JSON.stringify({ url: second.url, token: "b" }), { mode: 0o600 });
    const { code, out, err } = await running;
    expect(code, err).toBe(0);
    expect(second.asked[0]?.headers["x-admin-token"]).toBe("b");
    expect(JSON.parse(out).notes).toEqual([
      expect.stringContaining("the service was started again"),
      expect.stringContaining("had no answer"),
    ]);
  });

  it("waits for a service whose main thread is blocked, and then has what happened meanwhile", async () => {
    const answer = plane();
    let asked = 0;
    const { url } = await serve((request, response) => {
      if (++asked !== 2) answer(request, response);
      else json(response, 200, { live: false, asOf: "", service: "shop", slices: [] });
    });
    const { code, out, err } = await sop("latency-profiler", "--addr", url, "--duration", "2s", "--json");
    expect(code, err).toBe(0);
    expect(asked).toBe(3);
    expect(JSON.parse(out).notes).toEqual([]);
    expect(JSON.parse(out).routes[0]).toMatchObject({ route: "GET /items", requests: 400 });
  });

  it("joins the seconds of a wider slice", async () => {
    const { url } = await serve(plane());
    const args = ["latency-profiler", "--addr", url, "--duration", "4s", "--interval", "2s", "--json"];
    const { interval, routes } = JSON.parse((await sop(...args)).out);
    expect(interval).toBe(2_000);
    expect(routes[0].slices.map(({ requests }: { requests: number }) => requests)).toEqual([400, 400]);
  });

  it("asks often enough for the recording to go on, however wide a slice is", async () => {
    const times: number[] = [];
    const source: LatencySource = {
      name: "a test",
      service: undefined,
      patience: 10_000,
      poll: async () => void times.push(now),
      soFar: () => ({ from: 0, until: now, bounds: [1], slices: [], notes: [] }),
    };
    let now = 0;
    await measure(source, {
      duration: 60_000,
      interval: 30_000,
      signal: new AbortController().signal,
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
      progress: () => {},
    });
    expect(times).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  });

  it("measures for six hours at most", async () => {
    const { url } = await serve(plane());
    expect(await sop("latency-profiler", "--addr", url, "--duration", "7h")).toMatchObject({ code: 2 });
  });

  it("fails for nothing that has too few requests to tell", async () => {
    const before = join(temporary(), "before.json");
    const args = async (slow: boolean) => [
      ...["latency-profiler", "--addr", (await serve(plane({ slow, few: true }))).url, "--duration", "2s"],
    ];
    writeFileSync(before, (await sop(...(await args(false)), "--json")).out);
    const { code, err } = await sop(...(await args(true)), "--baseline", before, "--fail-above", "0%");
    expect(code).toBe(1);
    expect(err).toContain("P50 rose");
    expect(err).not.toContain("P99 rose");
  });

  it("only has the routes that were asked for", async () => {
    const { url } = await serve(plane());
    const { out } = await sop(
      "latency-profiler",
      "--addr",
      url,
      "--duration",
      "2s",
      "--routes",
      "POST*ord",
      "--csv",
      "-",
    );
    expect(out).toContain("POST /orders");
    expect(out).not.toContain("GET /items");
  });

  it("goes on while questions have no answer, and says how many", async () => {
    const answer = plane();
    let asked = 0;
    const { url } = await serve((request, response) => {
      if (++asked === 2 || asked === 3) request.socket.destroy();
      else answer(request, response);
    });
    const { code, err, out } = await sop("latency-profiler", "--addr", url, "--duration", "2s");
    expect(code, err).toBe(0);
    expect(err).toContain("questions had no answer");
    expect(out).toContain("GET /items");
  });

  it("ends with 3 where nothing answers", async () => {
    expect((await sop("latency-profiler", "--addr", "127.0.0.1:1")).code).toBe(3);
    expect((await sop("latency-profiler", "--prometheus", "127.0.0.1:1")).code).toBe(3);
    expect((await sop("latency-profiler", "--prometheus", "127.0.0.1:1/metrics")).code).toBe(3);
  });

  it("shows a table with a bar on a terminal, and takes it off again", async () => {
    const { url } = await serve(plane());
    const { text, terminal } = screen();
    const tty = { ...terminal, err: { ...terminal.err, isTTY: true, columns: 100, rows: 30 } };
    expect(await run(["latency-profiler", "--addr", url, "--duration", "4s"], tty)).toBe(0);
    expect(text.err).toContain("███");
    expect(text.err).toMatch(/P50/);
    expect(text.err.endsWith("\u001b[J")).toBe(true);
    expect(text.out).not.toContain("\u001b");
  });
});

describe("sop latency-profiler --prometheus", () => {
  const first = bucket("0.1", 1_000) + bucket("1", 1_000) + bucket("+Inf", 1_000);
  const second = bucket("0.1", 1_090) + bucket("1", 1_100) + bucket("+Inf", 1_100);

  it("reads what came between two scrapes, of the text that Prometheus scrapes", async () => {
    for (const path of ["/metrics", ""]) {
      // A path is looked at first, for what there is.
      const { url } = await metrics(path === "" ? [first, second] : [first, first, second]);
      const { code, out, err } = await sop(
        ...["latency-profiler", "--prometheus", `${url}${path}`, "--duration", "1s", "--json"],
      );
      expect(code, err).toBe(0);
      expect(JSON.parse(out).routes).toMatchObject([{ route: "GET /a", requests: 100, p50: expect.closeTo(55.6, 0) }]);
    }
  });

  it("counts a process that began again from 0, and says so", async () => {
    const { url } = await metrics([first, first, bucket("0.1", 7) + bucket("1", 7) + bucket("+Inf", 7)]);
    const { out, err } = await sop("latency-profiler", "--prometheus", `${url}/metrics`, "--duration", "1s", "--json");
    expect(JSON.parse(out).routes[0]).toMatchObject({ requests: 7 });
    expect(err).toContain("a process was started again");
  });

  it("waits for a histogram that has no series yet", async () => {
    const declared = "# TYPE http_request_duration_seconds histogram\n";
    const { url } = await metrics([declared, declared, second]);
    const { out } = await sop("latency-profiler", "--prometheus", `${url}/metrics`, "--duration", "1s", "--json");
    expect(JSON.parse(out).routes[0]).toMatchObject({ requests: 1_100 });
  });

  it.each([
    ["a web page", "<!doctype html><p>hi", "text/html", 3, /a web page; the path is often \/metrics/],
    ["JSON", "{}", "application/json", 3, /answers with JSON/],
    ["what is no exposition", "hello world and more", "text/plain", 3, /line 1/],
    [
      "metrics without a histogram of requests",
      'rpc_seconds_bucket{le="1"} 1\n',
      "text/plain",
      1,
      /--metric can name one of rpc_seconds/,
    ],
    ["metrics without any", "up 1\n", "text/plain", 1, /no other histogram/],
  ])("says of %s what it is", async (_, text, type, exit, problem) => {
    const { url } = await metrics([text], type);
    const { code, err } = await sop("latency-profiler", "--prometheus", `${url}/metrics`, "--duration", "1s");
    expect(err).toMatch(problem);
    expect(code).toBe(exit);
  });

  it("sends name and password of the URL, and never shows them", async () => {
    let seen: IncomingMessage | undefined;
    const { port } = await serve((request, response) => {
      seen = request;
      response.writeHead(401).end();
    });
    const { code, err, out } = await sop(
      "latency-profiler",
      "--prometheus",
      `http://ann:hunter2@127.0.0.1:${port}/metrics`,
    );
    expect(seen?.headers.authorization).toBe(`Basic ${Buffer.from("ann:hunter2").toString("base64")}`);
    expect(code).toBe(3);
    expect(err + out).not.toContain("hunter2");
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
