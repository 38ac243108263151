import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { ServiceProcess } from "./process.ts";
import { ask, TOKEN } from "./support.ts";

const headers = { "x-admin-token": TOKEN };
const LONG = 600_000;

/** A service that is blocked until it is killed, or for some time. */
async function blocked(forHow = LONG, settle = async (_url: string): Promise<void> => {}) {
  const service = new ServiceProcess({ port: 0, token: TOKEN });
  const { url } = (await service.said("url")) as { url: string };
  // What is known from before is there.
  await vi.waitFor(async () => {
    const { json } = await ask(url, "/debug/mw/flags", { headers });
    expect(json).toMatchObject({ live: true, total: 1 });
  });
  await settle(url);
  service.tell({ block: forHow });
  await vi.waitFor(async () => expect((await ask(url, "/healthz")).text).toBe("blocked\n"), { timeout: 5_000 });
  return { service, url };
}

it("tells the last known numbers while the main thread is blocked, and says that they are", async () => {
  const { url } = await blocked();
  const before = Date.now();
  const { status, json } = await ask(url, "/debug/mw/flags", { headers });
  expect(status).toBe(200);
  expect(json).toMatchObject({ live: false, total: 1 });
  expect(Date.parse(json.asOf)).toBeLessThanOrEqual(before);
});

it("is alive and not ready while the main thread is blocked", async () => {
  const { url } = await blocked();
  expect((await ask(url, "/healthz")).status).toBe(200);
  await vi.waitFor(async () => expect((await ask(url, "/readyz")).status).toBe(503), { timeout: 5_000 });
});

it("serves the last scrape while the main thread is blocked, with how long it has been", async () => {
  const { url } = await blocked(LONG, async (url) => {
    const { text } = await ask(url, "/metrics");
    expect(text).toMatch(/^event_loop_stalled_seconds 0$/m);
  });
  const { status, text } = await ask(url, "/metrics");
  expect(status).toBe(200);
  expect(text).toMatch(/^http_requests_in_flight /m);
  expect(Number(/^event_loop_stalled_seconds (.*)$/m.exec(text)?.[1])).toBeGreaterThan(0.5);
});

it("refuses a change while the main thread is blocked, and it is not made later", async () => {
  const { service, url } = await blocked(4_000);
  const change = { method: "PUT", headers, body: { value: false } };
  const { status, json, headers: got } = await ask(url, "/debug/mw/flags/fast", change);
  expect([status, json.code, got["retry-after"]]).toEqual([503, "SOP_ERR_BLOCKED", "1"]);
  service.tell({ ask: true });
  expect(await service.said("fast")).toEqual({ fast: true });
  // The same change is made now that the main thread turns.
  expect((await ask(url, "/debug/mw/flags/fast", change)).status).toBe(200);
  service.tell({ ask: true });
  expect(await service.said("fast")).toEqual({ fast: false });
  await vi.waitFor(() => expect(service.audit.map(({ outcome }) => outcome)).toEqual(["refused", "done"]));
});

it("ends an override that expires while the main thread is blocked as soon as that turns again", async () => {
  const { service, url } = await blocked(4_000, async (at) => {
    const body = { value: false, expiresIn: "1s" };
    expect((await ask(at, "/debug/mw/flags/fast", { method: "PUT", headers, body })).status).toBe(200);
  });
  service.tell({ ask: true });
  expect(await service.said("fast")).toEqual({ fast: true });
  const { json } = await ask(url, "/debug/mw/flags/fast", { headers });
  expect(json).toMatchObject({ live: true, flag: { value: true } });
  expect(json.flag).not.toHaveProperty("override");
});

it("does not keep the process alive", async () => {
  const service = new ServiceProcess({ port: 0, token: TOKEN });
  await service.said("url");
  const exit = once(service.child, "exit");
  service.tell({ leave: true });
  expect((await exit)[0]).toBe(0);
});
