import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { decode } from "../profiles/decode.ts";
import { ServiceProcess } from "./process.ts";
import { ask, type Reply, type Served, served, TOKEN } from "./support.ts";

const headers = { "x-admin-token": TOKEN };

async function started(): Promise<{ service: ServiceProcess; url: string; get: (path: string) => Promise<Reply> }> {
  const service = new ServiceProcess({ port: 0, token: TOKEN });
  const { url } = (await service.said("url")) as { url: string };
  return { service, url, get: (path) => ask(url, path, { headers }) };
}

function lifeOf({ sop }: Served) {
  const life = sop.lifecycle<{ route: string }>({ name: "test", route: ({ route }) => route, respond: () => {} });
  const open = (route: string) => life.open({ method: "GET", headers: {} }, { route }, "127.0.0.1");
  return { life, open };
}

const namesOf = (reply: Reply) =>
  new Set(decode(reply.bytes).samples.flatMap(({ stack }) => stack.map(({ name }) => name)));

describe("profiles over the admin plane", () => {
  it("of the heap name who keeps memory", async () => {
    const { service, get } = await started();
    service.tell({ keep: 200_000 });
    await service.said("kept");
    const reply = await get("/debug/pprof/heap");
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": 'attachment; filename="heap.pb.gz"',
      "cache-control": "no-store",
    });
    expect(decode(reply.bytes).period).toEqual({ type: "space", unit: "bytes", every: 524_288 });
    expect(namesOf(reply)).toContain("keepForEver");
  });

  it("of the heap for some seconds have what came in that time alone", async () => {
    const { service, get } = await started();
    service.tell({ keep: 200_000 });
    await service.said("kept");
    const quiet = await get("/debug/pprof/heap?seconds=1");
    expect(decode(quiet.bytes).over).toBe(1_000);
    expect(namesOf(quiet)).not.toContain("keepForEver");
  });

  it("of the processor name the function that blocks the main thread, while it does", async () => {
    const { service, url, get } = await started();
    service.tell({ spin: 6_000 });
    await vi.waitFor(async () => expect((await ask(url, "/healthz")).text).toBe("blocked\n"), { timeout: 5_000 });
    const reply = await get("/debug/pprof/profile?seconds=1");
    expect(reply.status).toBe(200);
    expect((await ask(url, "/healthz")).text).toBe("blocked\n");
    const { samples, types } = decode(reply.bytes);
    expect(types.map(({ type }) => type)).toEqual(["samples", "cpu"]);
    const [busiest] = samples.toSorted((a, b) => (b.values[1] as number) - (a.values[1] as number));
    expect(busiest?.stack[0]).toMatchObject({ name: "spinAround", file: expect.stringMatching(/service\.mjs$/) });
    expect(busiest?.values[1]).toBeGreaterThan(1e8);
  });

  it("of requests in flight have each with its route, phase and age", async () => {
    const from = await served();
    lifeOf(from).open("/orders/:id");
    const { samples, types } = decode((await from.ask("/debug/pprof/goroutine")).bytes);
    expect(types).toEqual([{ type: "requests", unit: "count" }]);
    expect(samples).toHaveLength(1);
    expect(samples[0]?.stack.map(({ name }) => name)).toEqual(["opened", "GET /orders/:id"]);
    expect(samples[0]?.labels).toMatchObject({ route: "/orders/:id", phase: "opened", age: { unit: "milliseconds" } });
  });

  it("of what requests took have each that ended in that time, and those that did not", async () => {
    const from = await served();
    const { life, open } = lifeOf(from);
    const reply = from.ask("/debug/pprof/trace?seconds=1");
    open("/stuck");
    const quick = setInterval(() => life.close(open("/quick"), 200, "finished"), 100);
    const { samples, types, over } = decode((await reply).bytes);
    clearInterval(quick);
    expect(types.map(({ type, unit }) => `${type}/${unit}`)).toEqual(["requests/count", "wall/nanoseconds"]);
    expect(over).toBeGreaterThanOrEqual(999);
    const stacks = samples.map(({ stack }) => stack.map(({ name }) => name).join(" < "));
    expect(stacks).toContain("in flight < GET /stuck");
    expect(stacks.filter((stack) => stack === "status 200 < GET /quick").length).toBeGreaterThan(3);
  });

  it("are for operators, and only ten a minute for all of them together", async () => {
    const from = await served({ viewerToken: "viewer" });
    for (const path of ["heap", "profile", "trace", "goroutine"]) {
      const refused = await from.ask(`/debug/pprof/${path}`, { headers: { "x-admin-token": "viewer" } });
      expect([refused.status, refused.json.code]).toEqual([403, "SOP_ERR_FORBIDDEN"]);
    }
    for (let i = 0; i < 10; i++) expect((await from.ask("/debug/pprof/heap", { method: "HEAD" })).status).toBe(200);
    const taken = await Promise.all(Array.from({ length: 11 }, () => from.ask("/debug/pprof/profile?seconds=1")));
    expect(taken.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409), 429]);
  });

  it("refuse a time that is none, or too long", async () => {
    const from = await served();
    for (const seconds of ["0", "61", "x", "1.5", "-1", ""]) {
      const { status, json } = await from.ask(`/debug/pprof/profile?seconds=${seconds}`);
      expect([seconds, status, json.code]).toEqual([seconds, 400, "SOP_ERR_REQUEST"]);
    }
  });

  it("end when their caller leaves, so that the next can begin", async () => {
    const { url, get } = await started();
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /debug/pprof/profile?seconds=60 HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n\r\n`);
    await once(socket, "connect");
    await vi.waitFor(async () => expect((await get("/debug/pprof/profile?seconds=1")).status).toBe(409), {
      timeout: 10_000,
    });
    socket.destroy();
    await vi.waitFor(async () => expect((await get("/debug/pprof/profile?seconds=1")).status).toBe(200), {
      timeout: 10_000,
    });
  });
});
