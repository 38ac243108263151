import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sop } from "@sop/core";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { afterEach, expect, it, vi } from "vitest";
import { readInFlight } from "../../src/blackbox/in-flight.ts";
import { makeBlackBox } from "../../src/blackbox/memory.ts";
import { readRecords } from "../../src/blackbox/read-records.ts";
import { createSop, type NodeOptions } from "../../src/create-sop.ts";
import { flight } from "../../src/flight/attach.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const undo: (() => void)[] = [];

afterEach(() => {
  for (const stop of undo.splice(0)) stop();
});

/** A server whose requests a Sop takes part in; `handle` answers. */
async function serve(sop: Sop, handle: (path: string) => Promise<number>): Promise<string> {
  const life = sop.lifecycle<import("node:http").ServerResponse>({
    name: "test",
    route: (response) => (response.req.url?.startsWith("/orders/") ? "/orders/:id" : undefined),
    respond: writeNodeReply,
  });
  const server = createServer((request, response) => {
    const context = openNodeExchange(life, request, response);
    void life.run(context, async () => {
      try {
        response.writeHead(await handle(request.url ?? "/")).end();
      } catch (error) {
        const reply = life.fail(context, error);
        if (reply) writeNodeReply(response, reply);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function make(options: Partial<NodeOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "sop-flight-"));
  const box = makeBlackBox();
  const sop = createSop({
    service: "orders",
    logger: QUIET,
    config: false,
    drain: false,
    forensics: { dir },
    ...options,
    flight: false,
  });
  undo.push(flight(sop, {}, { box }), () => sop.dispose());
  return { dir, box, sop };
}

it("requests are in flight from their begin to their end, and recorded then", async () => {
  const { box, sop } = make();
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const url = await serve(sop, async () => {
    await gate;
    return 204;
  });
  const answer = fetch(`${url}/orders/17?token=hunter22hunter22`, { headers: { "x-request-id": "abc" } });
  await vi.waitFor(() =>
    expect(readInFlight(box)).toMatchObject([
      { kind: "call" },
      { kind: "request", method: "GET", route: "/orders/:id", requestId: "abc", phase: "opened" },
    ]),
  );
  open();
  await answer;
  await vi.waitFor(() => expect(readInFlight(box)).toEqual([]));
  expect(readRecords(box)).toContainEqual(
    expect.objectContaining({ kind: "request", route: "/orders/:id", status: 204, requestId: "abc", isExpired: false }),
  );
  expect(Buffer.from(box.buffer as ArrayBuffer).includes("hunter22")).toBe(false);
});

it("a request whose route is not known yet is in flight under the shape of its path", async () => {
  const { box, sop } = make();
  const url = await serve(sop, () => new Promise(() => {}));
  const abort = new AbortController();
  undo.push(() => abort.abort());
  fetch(`${url}/users/anna.muster@example.com/mails`, { signal: abort.signal }).catch(() => {});
  await vi.waitFor(() =>
    expect(readInFlight(box)).toContainEqual(expect.objectContaining({ route: "/users/:id/mails" })),
  );
  expect(Buffer.from(box.buffer as ArrayBuffer).includes("anna")).toBe(false);
});

it("failures, changes, warnings and a drain are recorded without their secrets", async () => {
  const box = makeBlackBox();
  const { sop } = make();
  undo.push(flight(sop, {}, { box }));
  const url = await serve(sop, async () => {
    throw Object.assign(new TypeError("no stock, password=hunter22"), { code: "E_STOCK" });
  });
  await fetch(`${url}/orders/1`, { headers: { "x-request-id": "abc" } });
  sop.overrideFlags({ "redis.enabled": false, "api.token": "hunter22" });
  sop.breaker("redis").forceOpen();
  void sop.drain("test");
  const records = readRecords(box);
  expect(records).toContainEqual(
    expect.objectContaining({
      kind: "panic",
      type: "TypeError",
      code: "E_STOCK",
      message: "no stock, password=***",
      frames: expect.arrayContaining([expect.stringMatching(/recorder\.test\.ts:\d+:\d+$/)]),
      route: "/orders/:id",
      requestId: "abc",
    }),
  );
  const notes = records.flatMap((record) => ("what" in record ? [`${record.kind} ${record.what}`] : []));
  expect(notes).toEqual(
    expect.arrayContaining([
      expect.stringContaining("flag redis.enabled: undefined -> false"),
      expect.stringMatching(/^flag api\.token: .*"\*\*\*"/),
      expect.stringContaining("breaker redis: closed -> forced_open"),
      expect.stringContaining("incident opened"),
      "drain started: test",
    ]),
  );
  expect(Buffer.from(box.buffer as ArrayBuffer).includes("hunter22")).toBe(false);
});

it("calls to other services are in flight and recorded with their route and their outcome", async () => {
  const { box, sop } = make();
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  const url = await serve(sop, async () => {
    await fetch(`http://${host}/stock?key=hunter22`).catch(() => {});
    return 200;
  });
  await fetch(`${url}/orders/1`);
  expect(readRecords(box)).toContainEqual(
    expect.objectContaining({ kind: "call", host, outcome: "refused", status: 0, route: "/orders/:id" }),
  );
});

it("lines of the log at warn and above are recorded, masked and bounded, and written as they were", () => {
  const written: unknown[][] = [];
  const logger = { ...QUIET, warn: (...line: unknown[]) => void written.push(line) };
  const dir = mkdtempSync(join(tmpdir(), "sop-flight-"));
  const sop = createSop({ service: "orders", logger, config: false, drain: false, forensics: { dir }, flight: {} });
  undo.push(() => sop.dispose());
  const fields = { err: new Error("token=hunter22"), tenant: "acme", password: "hunter22", nested: { a: 1 } };
  sop.log.warn(fields, "pool is full");
  sop.log.info({}, "all is well");
  for (let i = 0; i < 1_000; i++) sop.log.warn({}, "again");
  sop.openIncident();
  return vi.waitFor(() => {
    const [id = ""] = readdirSync(dir).filter((name) => name !== "flight");
    const lines = readFileSync(join(dir, id, "bundle/flight.ndjson"), "utf8")
      .trim()
      .split("\n");
    const logs = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "log");
    expect(logs[0]).toMatchObject({
      level: "warn",
      what: "pool is full err=Error: token=*** tenant=acme password=***",
    });
    expect(logs.length).toBeLessThanOrEqual(200);
    expect(written[0]).toEqual([fields, "pool is full"]);
    expect(written).toHaveLength(1_001);
  });
});

it("an incident has the records, and its window the routes with what is normal for them", async () => {
  const { dir, sop } = make();
  let status = 200;
  const url = await serve(sop, async (path) => (path === "/orders/hang" ? new Promise<number>(() => {}) : status));
  for (let i = 0; i < 20; i++) await fetch(`${url}/orders/${i}`);
  status = 500;
  await fetch(`${url}/orders/1`);
  const abort = new AbortController();
  undo.push(() => abort.abort());
  fetch(`${url}/orders/hang`, { signal: abort.signal }).catch(() => {});
  await vi.waitFor(() => expect(sop.requests()).toHaveLength(1));
  const { id } = sop.openIncident();
  await vi.waitFor(() => readFileSync(join(dir, id, "incident.json")), { timeout: 8_000 });
  const { routes } = JSON.parse(readFileSync(join(dir, id, "bundle/window.json"), "utf8"));
  expect(routes).toMatchObject([{ method: "GET", route: "/orders/:id", inFlight: 1 }]);
  expect(readFileSync(join(dir, id, "bundle/flight.ndjson"), "utf8")).toContain('"status":500');
});

it("wrong options are named", () => {
  const wrong = { window: "1s", snapshotSignals: ["SIGTERM"], other: 1 } as never;
  expect(() => createSop({ service: "orders", config: false, flight: wrong })).toThrow(
    /flight\.other[\s\S]*flight\.window[\s\S]*flight\.snapshotSignals/,
  );
});
