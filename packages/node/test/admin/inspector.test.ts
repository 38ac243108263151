import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { ServiceProcess } from "./process.ts";
import { ask, served, TOKEN } from "./support.ts";

const headers = { "x-admin-token": TOKEN };
const PATH = "/debug/mw/inspector";

async function started(options: object = { inspector: true }, env = {}) {
  const service = new ServiceProcess({ port: 0, token: TOKEN, ...options }, env);
  const { url } = (await service.said("url")) as { url: string };
  const call = (method: string, body?: object) => ask(url, PATH, { method, headers, ...(body && { body }) });
  return { service, url, call, open: (body: object = {}) => call("POST", body) };
}

/** A debugger that is attached; `ask` gives the result of a method. */
async function attach(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  let ids = 0;
  const told: string[] = [];
  socket.on("message", (data) => told.push(String(data)));
  const ask = async (method: string, params: object = {}): Promise<string> => {
    const id = ++ids;
    socket.send(JSON.stringify({ id, method, params }));
    return await vi.waitFor(() => {
      const found = told.find((text) => text.startsWith(`{"id":${id},`));
      if (!found) throw new Error(`no answer to ${method}`);
      return found;
    }, 5_000);
  };
  return { ask, closed, told };
}

const isOpen = (url: string) =>
  fetch(`${url.replace("ws:", "http:").replace(/\/[^/]*$/, "")}/json/version`).then(
    ({ ok }) => ok,
    () => false,
  );

describe("the inspector over the admin plane", () => {
  it("is not opened unless the service allows it", async () => {
    const from = await served();
    const { status, json } = await from.ask(PATH, { method: "POST", body: {} });
    expect([status, json.code]).toEqual([409, "SOP_ERR_CONFLICT"]);
    expect(json.detail).toMatch(/inspector: true/);
  });

  it("is for operators, and not where all is read-only", async () => {
    const from = await served({ inspector: true, viewerToken: "viewer" });
    const call = { method: "POST", body: {}, headers: { "x-admin-token": "viewer" } };
    expect((await from.ask(PATH, call)).status).toBe(403);
    const closed = await served({ inspector: true, readOnly: true });
    expect((await closed.ask(PATH, { method: "POST", body: {} })).status).toBe(403);
  });

  it("lets a debugger in, on loopback, and is closed when its time is over", async () => {
    const { open } = await started();
    const { status, json } = await open({ for: "2s" });
    expect(status).toBe(200);
    expect(json.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/[\w-]+$/);
    const { ask, closed } = await attach(json.url);
    expect(await ask("Runtime.evaluate", { expression: "process.pid" })).toContain(`"value":${json.pid}`);
    await closed;
    await vi.waitFor(async () => expect(await isOpen(json.url)).toBe(false), 5_000);
  });

  it("is closed in time even where the debugger holds the process", async () => {
    const { open, service } = await started();
    const { json } = await open({ for: "2s" });
    const { ask, closed, told } = await attach(json.url);
    await ask("Debugger.enable");
    await ask("Runtime.evaluate", { expression: "setInterval(() => { debugger; }, 10)" });
    await vi.waitFor(() => expect(told.join()).toContain('"Debugger.paused"'), 5_000);
    await closed;
    await vi.waitFor(async () => expect(await isOpen(json.url)).toBe(false), 5_000);
    // It turns again.
    service.tell({ ask: true });
    expect(await service.said("fast")).toEqual({ fast: true });
  });

  it("can be closed before, and opened again; each is in the audit log", async () => {
    const { open, call, service } = await started();
    const first = await open();
    expect(await isOpen(first.json.url)).toBe(true);
    expect((await call("DELETE")).json.closed).toBe(true);
    expect((await call("DELETE")).json.closed).toBe(false);
    expect(await isOpen(first.json.url)).toBe(false);
    const second = await open({ for: "1h" });
    expect(await isOpen(second.json.url)).toBe(true);
    await vi.waitFor(() => expect(service.audit.map(({ operation }) => operation)).toContain("openInspector"));
    expect(JSON.stringify(service.audit)).not.toContain(new URL(second.json.url).pathname);
  });

  it("that somebody else opened is left alone", async () => {
    const { open, call } = await started({ inspector: true }, { NODE_OPTIONS: "--inspect=127.0.0.1:0" });
    const { status, json } = await open();
    expect([status, json.detail]).toEqual([409, expect.stringMatching(/open already/)]);
    expect((await call("DELETE")).json.closed).toBe(false);
  });

  it("is not opened at a port that is taken", async () => {
    const { open, url } = await started();
    const { status, json } = await open({ port: Number(new URL(url).port) });
    expect([status, json.detail]).toEqual([409, expect.stringMatching(/port \d+ is taken/)]);
    expect((await open()).status).toBe(200);
  });

  it("refuses a time that is too short, too long or none", async () => {
    const from = await served({ inspector: true });
    for (const time of ["2h", "1ms", "x", -1]) {
      expect((await from.ask(PATH, { method: "POST", body: { for: time } })).status).toBe(400);
    }
  });
});
