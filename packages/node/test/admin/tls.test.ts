import { writeFileSync } from "node:fs";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { expect, it, onTestFinished, vi } from "vitest";
import type { AdminOptions } from "../../src/admin.ts";
import { readJson } from "../support/files.ts";
import { Authority } from "./certificates.ts";
import { ask, type Call, type Reply, Served, served, TOKEN } from "./support.ts";

const FLAGS = "/debug/mw/flags";

/** Beyond loopback, as the system sees it; it is asked over loopback all the same. */
async function beyond(authority: Authority, options: AdminOptions = {}) {
  const from = await served({ host: "0.0.0.0", tls: authority.tls, ...options });
  from.sop.flag("fast", true);
  const call = (path: string, tls: ConnectionOptions, more: Call = {}): Promise<Reply> =>
    ask(`https://127.0.0.1:${from.port}`, path, {
      tls: { rejectUnauthorized: true, ...tls },
      headers: { "x-admin-token": TOKEN },
      ...more,
    });
  return { from, call };
}

async function isRefused(from: Served, reply: Reply, detail: string): Promise<void> {
  expect([reply.status, reply.json.code]).toEqual([401, "SOP_ERR_UNAUTHORIZED"]);
  expect(reply.json.detail).toContain(detail);
  expect(await from.refusal()).toMatchObject({ reason: "certificate", status: 401, identity: "unknown" });
}

const authority = (): Authority => new Authority();

it("a caller needs both a certificate and a token", async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  expect((await call(FLAGS, own.client())).status).toBe(200);
  expect((await call(FLAGS, own.client(), { headers: {} })).status).toBe(401);
  expect((await from.refusal()).reason).toBe("token");
});

it("admin.json has an address that the certificate is for, and who signed it", async () => {
  const own = authority();
  const { from } = await beyond(own);
  const { url, ca } = readJson(from.dir, "admin.json");
  expect({ url, ca }).toEqual({ url: `https://localhost:${from.port}`, ca: own.tls.ca });
  const { ca: trusted } = own.client();
  expect((await ask(url, "/healthz", { tls: { ca: trusted, rejectUnauthorized: true } })).status).toBe(200);
});

it("a caller without a certificate is refused", async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  const { ca } = own.client();
  await isRefused(from, await call(FLAGS, { ca }), "none came");
});

it("a certificate of another authority is refused", async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  const { cert, key } = authority().client();
  await isRefused(from, await call(FLAGS, { ...own.client(), cert, key }), "your certificate was refused: ");
});

it("a certificate that has expired is refused", async () => {
  const own = authority();
  own.sign("late", "/CN=late", { days: -1 });
  const { from, call } = await beyond(own);
  await isRefused(from, await call(FLAGS, own.client("late")), "CERT_HAS_EXPIRED");
});

it("a certificate for another use is refused", async () => {
  const own = authority();
  own.sign("server-only", "/CN=other", { use: "serverAuth" });
  const { from, call } = await beyond(own);
  await isRefused(from, await call(FLAGS, own.client("server-only")), "your certificate was refused: ");
});

it("a certificate that one of the authority's leaves signed is refused", async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  // Signed by alice's key, and her certificate sent along as if she were an authority.
  own.sign("mallory", "/O=ops/CN=root", { by: "alice" });
  const { cert, key } = own.client("mallory");
  const chain = `${cert}${own.client().cert}`;
  await isRefused(from, await call(FLAGS, { ca: own.client().ca, cert: chain, key }), "your certificate was refused: ");
});

it("probes and scrapers need no certificate", async () => {
  const own = authority();
  const { call } = await beyond(own);
  const { ca } = own.client();
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect((await call(path, { ca })).status).toBe(200);
});

it("the role is the certificate's, and never more than the token's", async () => {
  const own = authority();
  own.sign("bob", "/O=ops/OU=oncall/OU=shop/CN=bob");
  own.sign("eve", "/O=other/CN=alice\\,O=ops");
  const roles = { "CN=alice,O=ops": "operator", "OU=oncall": "operator" } as const;
  const { from, call } = await beyond(own, { roles, viewerToken: "viewer" });
  const change = { method: "PUT", body: { value: false } };
  const statusOf = async (name: string, token = TOKEN) =>
    (await call(`${FLAGS}/fast`, own.client(name), { ...change, headers: { "x-admin-token": token } })).status;
  expect(await statusOf("alice")).toBe(200);
  expect(await statusOf("bob")).toBe(200);
  expect(await statusOf("eve")).toBe(403);
  expect(await statusOf("alice", "viewer")).toBe(403);
  await vi.waitFor(() => expect(from.audit.length).toBe(4));
  expect(from.audit.map(({ identity, outcome }) => [identity, outcome])).toEqual([
    ["CN=alice,O=ops", "done"],
    ["CN=bob,OU=shop,OU=oncall,O=ops", "done"],
    ["CN=alice\\,O=ops,O=other", "refused"],
    ["CN=alice,O=ops", "refused"],
  ]);
});

it("TLS below 1.2 is refused, and so is HTTP", async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  await expect(call(FLAGS, { ...own.client(), minVersion: "TLSv1", maxVersion: "TLSv1.1" })).rejects.toThrow();
  expect(await from.refusal()).toMatchObject({ reason: "tls", operation: "none", address: "127.0.0.1" });
  await expect(ask(`http://127.0.0.1:${from.port}`, "/healthz")).rejects.toThrow();
});

it("new certificates are used from the next connection on, without a restart", { timeout: 20_000 }, async () => {
  const [own, next] = [authority(), authority()];
  const { from, call } = await beyond(own);
  const [old, renewed] = [own.client(), next.client()];
  const kept = await keptOpen(from.port, old);
  const session = await sessionOf(from.port, old);
  expect((await call(FLAGS, old)).status).toBe(200);
  own.replaceBy(next, "server.crt", "server.key", "ca.crt");
  await vi.waitFor(async () => expect((await call(FLAGS, renewed)).status).toBe(200), { timeout: 15_000 });
  // The old authority's are refused now, also over what they had open.
  const { ca } = renewed;
  expect((await call(FLAGS, { ...old, ca })).status).toBe(401);
  expect(await answered(kept)).not.toMatch(/^HTTP\/1\.1 200/);
  const resumed = connect({ host: "127.0.0.1", port: from.port, ...old, ca, session });
  onTestFinished(() => void resumed.destroy());
  expect(await answered(resumed)).toMatch(/^HTTP\/1\.1 401/);
});

it("files that cannot be used leave the last good ones, and are told once", { timeout: 20_000 }, async () => {
  const own = authority();
  const { from, call } = await beyond(own);
  const { cert } = own.tls;
  writeFileSync(cert, "no certificate");
  const told = () => from.lines.filter(({ level }) => level === "warn");
  await vi.waitFor(() => expect(told().length).toBe(1), { timeout: 15_000 });
  expect(told()[0]?.text).toContain(`tls.cert: ${cert} cannot be used`);
  expect((await call(FLAGS, own.client())).status).toBe(200);
  own.replaceBy(authority(), "server.crt");
  await vi.waitFor(() => expect(told().length).toBe(2), { timeout: 15_000 });
  expect(told()[1]?.text).toContain("is not the key of");
  expect((await call(FLAGS, own.client())).status).toBe(200);
});

it("files that cannot be read at the start are told, and used as soon as they can", { timeout: 20_000 }, async () => {
  const [own, late] = [authority(), authority()];
  const { key } = own.tls;
  writeFileSync(key, "");
  const from = new Served({ host: "0.0.0.0", tls: own.tls });
  await expect(from.plane.ready).rejects.toThrow(`tls.key: ${key} cannot be used`);
  own.replaceBy(late, "server.crt", "server.key", "ca.crt");
  await vi.waitFor(() => expect(from.plane.url).toBeDefined(), { timeout: 15_000 });
});

it("a session that is resumed is judged as it was at first", async () => {
  const own = authority();
  const { from } = await beyond(own);
  const { ca } = own.client();
  const { cert, key } = authority().client();
  for (const tls of [{ ca }, { ca, cert, key }] as ConnectionOptions[]) {
    const session = await sessionOf(from.port, tls);
    const resumed = connect({ host: "127.0.0.1", port: from.port, ...tls, session });
    onTestFinished(() => void resumed.destroy());
    expect(await answered(resumed)).toMatch(/^HTTP\/1\.1 401/);
    expect(resumed.isSessionReused()).toBe(true);
  }
});

/** What a client may keep of a connection, to be known by at the next one. */
function sessionOf(port: number, tls: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, ...tls });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {}).on("session", resolve);
  });
}

/** A connection that has had an answer, and is kept. */
async function keptOpen(port: number, tls: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, ...tls });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  expect(await answered(socket)).toMatch(/^HTTP\/1\.1 200/);
  return socket;
}

/** What it is answered with on one more request; `""` where it is closed. */
function answered(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve("");
    socket.once("data", (data) => resolve(data.toString()));
    socket.once("close", () => resolve(""));
    socket.write(`GET ${FLAGS} HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n\r\n`);
  });
}
