import dns from "node:dns";
import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { readAdminOptions } from "../../src/admin/options.ts";
import { Listener } from "../../src/admin/worker/listener.ts";
import { sendRaw } from "../support/service.ts";
import { ask, type Call, type Served, served, TOKEN } from "./support.ts";

const FLAG = "/debug/mw/flags/fast";

/** A service with a flag that nobody may change here. */
async function guarded(options: Parameters<typeof served>[0] = {}): Promise<Served> {
  const found = await served(options);
  found.sop.flag("fast", true);
  return found;
}

/** Refused with this, by one line of the audit, without the token in it, and without effect. */
async function isRefused(from: Served, path: string, call: Call, status: number, reason: string): Promise<void> {
  const reply = await ask(from.url, path, call);
  expect([reply.status, reply.json.status]).toEqual([status, status]);
  expect(reply.headers["content-type"]).toBe("application/problem+json");
  const line = await from.refusal();
  expect(line).toMatchObject({ status, reason, outcome: "refused", address: "127.0.0.1" });
  expect(JSON.stringify([line, reply.text])).not.toContain(TOKEN);
  expect(from.sop.flag("fast", true).value).toBe(true);
}

const CHANGE = { method: "PUT", body: { value: false } };
const WITH = { "x-admin-token": TOKEN };

describe("a token", () => {
  it("that is missing is asked for", async () => {
    await isRefused(await guarded(), FLAG, CHANGE, 401, "token");
  });

  it("that is wrong is refused", async () => {
    await isRefused(await guarded(), FLAG, { ...CHANGE, headers: { "x-admin-token": `${TOKEN}x` } }, 401, "token");
  });

  it("that is only the beginning of the right one is refused", async () => {
    await isRefused(
      await guarded(),
      FLAG,
      { ...CHANGE, headers: { "x-admin-token": TOKEN.slice(0, -1) } },
      401,
      "token",
    );
  });

  it("in the URL is refused, also beside the right one, and is in no log", async () => {
    await isRefused(await guarded(), `${FLAG}?token=${TOKEN}`, { ...CHANGE, headers: WITH }, 400, "tokenInUrl");
  });

  it("in the URL is refused under any name, and in the path", async () => {
    for (const path of [`${FLAG}?x=${TOKEN}`, `/debug/mw/flags/${TOKEN}`, `${FLAG}?${TOKEN}`]) {
      await isRefused(await guarded(), path, { ...CHANGE, headers: WITH }, 400, "tokenInUrl");
    }
  });

  it("may come as Authorization: Bearer", async () => {
    const from = await guarded();
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await ask(from.url, "/debug/mw/flags", { headers })).status).toBe(200);
  });

  it("that is wrong too often is told to wait, and the right one goes on", async () => {
    const from = await guarded();
    const replies = [];
    for (let i = 0; i < 12; i++) replies.push(await from.ask(FLAG, { headers: { "x-admin-token": `guess-${i}` } }));
    expect(replies.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429]);
    expect(Number(replies[11]?.headers["retry-after"])).toBeGreaterThan(0);
    expect((await from.ask("/debug/mw/flags")).status).toBe(200);
  });

  it("of a viewer reads, and changes nothing", async () => {
    const from = await guarded({ viewerToken: "viewer" });
    const headers = { "x-admin-token": "viewer" };
    expect((await from.ask("/debug/mw/flags", { headers })).status).toBe(200);
    await isRefused(from, FLAG, { ...CHANGE, headers }, 403, "role");
  });
});

describe("a web page", () => {
  it("whose name was made to point here is refused by its Host", async () => {
    await isRefused(await guarded(), FLAG, { ...CHANGE, headers: { ...WITH, host: "evil.example:9320" } }, 403, "host");
  });

  it("of another origin is refused", async () => {
    await isRefused(
      await guarded(),
      FLAG,
      { ...CHANGE, headers: { ...WITH, origin: "http://evil.example" } },
      403,
      "origin",
    );
  });

  it("of another port of this machine is refused", async () => {
    const headers = { ...WITH, origin: "http://127.0.0.1:3000" };
    await isRefused(await guarded(), FLAG, { ...CHANGE, headers }, 403, "origin");
  });

  it("without an origin of its own is refused", async () => {
    await isRefused(await guarded(), FLAG, { ...CHANGE, headers: { ...WITH, origin: "null" } }, 403, "origin");
  });

  it("of the same site, but not the same origin, is refused", async () => {
    const headers = { ...WITH, "sec-fetch-site": "same-site" };
    await isRefused(await guarded(), FLAG, { ...CHANGE, headers }, 403, "origin");
  });

  it("gets no permission of CORS, for whatever it asks", async () => {
    const from = await guarded();
    for (const path of [FLAG, "/healthz", "/metrics"]) {
      const headers = { ...WITH, origin: "http://evil.example", "access-control-request-method": "PUT" };
      const { status, headers: got } = await ask(from.url, path, { method: "OPTIONS", headers });
      expect(status).toBe(403);
      expect(Object.keys(got).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  it("of its own may call", async () => {
    const from = await guarded();
    const headers = { origin: from.url, "sec-fetch-site": "same-origin" };
    expect((await from.ask("/debug/mw/flags", { headers })).status).toBe(200);
  });
});

test("a name that was allowed may be used for the listener", async () => {
  const from = await guarded({ allowedHosts: ["admin.example"] });
  expect((await from.ask("/debug/mw/flags", { headers: { host: "admin.example" } })).status).toBe(200);
  expect((await from.ask("/debug/mw/flags", { headers: { host: "localhost:1" } })).status).toBe(200);
});

describe("a path", () => {
  it.each([
    "//debug/mw/flags",
    "/debug//mw/flags",
    "/debug/mw/../mw/flags",
    "/debug/mw/./flags",
    "/debug/mw/%2e%2e/flags",
    "/debug/mw/%2E./flags",
    "/debug/mw/flags;a=b",
    "/debug/mw/flags%00",
    "/debug/mw/flags/%0d%0ax",
    "/debug/mw\\flags",
    "/debug/mw/flags/%zz",
    "/debug/mw/flags/%ff",
    "http://127.0.0.1/debug/mw/flags",
    `/${"a".repeat(3_000)}`,
  ])("that is read in two ways is refused: %s", async (path) => {
    const from = await guarded();
    const answer = await sendRaw(from.port, head("GET", path, WITH));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await from.refusal()).status).toBe(400);
  });

  it.each([
    "/debug%2fmw/flags",
    "/DEBUG/mw/flags",
    "/debug/mw%2fflags",
    "/%64ebug/mw/flags",
    "/debug/mw/flags/",
    "/nothing",
  ])("that is another one is not found: %s", async (path) => {
    await isRefused(await guarded(), path, { headers: WITH }, 404, "path");
  });

  it("may have a slash within a name, encoded", async () => {
    const from = await guarded();
    from.sop.breaker("GET /items/:id");
    const { json } = await from.ask(`/debug/mw/circuit-breakers/${encodeURIComponent("GET /items/:id")}`);
    expect(json.breaker.name).toBe("GET /items/:id");
  });

  it("that is guarded does not tell whether it is there", async () => {
    const from = await guarded();
    expect((await ask(from.url, "/debug/mw/nothing")).status).toBe(401);
  });
});

describe("a request", () => {
  it("of a method that the path has not is told those it has", async () => {
    const from = await guarded();
    const reply = await from.ask("/debug/mw/flags", { method: "DELETE" });
    expect([reply.status, reply.headers["allow"]]).toEqual([405, "GET, HEAD"]);
    expect((await from.refusal()).reason).toBe("method");
  });

  it("of a method that an open path has not is told so without a token", async () => {
    const from = await guarded();
    const reply = await ask(from.url, "/healthz", { method: "POST" });
    expect([reply.status, reply.headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });

  it("for a change that the service cannot make is one line of the audit", async () => {
    const from = await guarded();
    const reply = await from.ask("/debug/mw/flags/fast", { method: "PUT", body: { value: "of another type" } });
    expect(reply.status).toBe(400);
    expect(await from.refusal()).toMatchObject({ operation: "overrideFlag", status: 400, target: { flag: "fast" } });
  });

  it("with fields that nobody knows is told which", async () => {
    const from = await guarded();
    const reply = await from.ask(`${FLAG}?a=1`, { ...CHANGE, body: { value: false, sneaky: 1 } });
    expect(reply.status).toBe(400);
    expect(reply.json.problems.map(({ path }: { path: string }) => path)).toEqual(["query.a", "body.sneaky"]);
    expect(from.sop.flag("fast", true).value).toBe(true);
  });

  it("with a body of another type is refused", async () => {
    const headers = { ...WITH, "content-type": "application/x-www-form-urlencoded" };
    await isRefused(await guarded(), FLAG, { method: "PUT", body: "value=false", headers }, 415, "contentType");
  });

  it("with a body that is no JSON is refused", async () => {
    await isRefused(await guarded(), FLAG, { method: "PUT", body: "{", headers: WITH }, 400, "body");
  });

  it("with a body that is too large is refused, whether it says so or not", async () => {
    const body = JSON.stringify({ value: "x".repeat(100_000) });
    await isRefused(await guarded(), FLAG, { method: "PUT", body, headers: WITH }, 413, "body");
    const headers = { ...WITH, "transfer-encoding": "chunked" };
    await isRefused(await guarded(), FLAG, { method: "PUT", body, headers }, 413, "body");
  });

  it("with headers that are too large is refused", async () => {
    const from = await guarded();
    const answer = await sendRaw(from.port, head("GET", "/healthz", { "x-large": "x".repeat(20_000) }));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await from.refusal()).reason).toBe("headers");
  });

  it.each(["Host: localhost", "X-Admin-Token: other", "Content-Type: text/plain"])(
    "with a header twice that counts is refused: %s",
    async (header) => {
      const from = await guarded();
      const answer = await sendRaw(from.port, head("GET", "/healthz", { ...WITH, "content-type": "a/b" }, header));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect((await from.refusal()).reason).toBe("headers");
    },
  );

  it("that does not come to its end in time is ended", { timeout: 20_000 }, async () => {
    const from = await guarded();
    const slow = sendRaw(from.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect((await from.refusal()).reason).toBe("slow");
  });

  it("whose body does not come to its end in time is ended, and has no effect", { timeout: 20_000 }, async () => {
    const from = await guarded();
    const slow = sendRaw(
      from.port,
      `${head("PUT", FLAG, { ...WITH, "content-type": "application/json", "content-length": "50" })}{"value":false}`,
    );
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect((await from.refusal()).reason).toBe("slow");
    expect(from.sop.flag("fast", true).value).toBe(true);
  });

  it("of HEAD gets what GET gets, without the body", async () => {
    const from = await guarded();
    const [head, get] = [await from.ask("/healthz", { method: "HEAD" }), await from.ask("/healthz")];
    expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", get.headers["content-length"]]);
  });

  it("gets headers that keep it out of caches and frames, whatever becomes of it", async () => {
    const from = await guarded();
    for (const path of ["/healthz", "/nothing", FLAG]) {
      expect((await from.ask(path)).headers).toMatchObject({
        "cache-control": "no-store",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
    }
  });
});

describe("a limit", () => {
  const SNAPSHOT = "/debug/mw/circuit-breaker/snapshot";

  it("of five snapshots a minute holds for each address", async () => {
    const from = await guarded();
    const replies = [];
    for (let i = 0; i < 6; i++) replies.push(await from.ask(SNAPSHOT, { method: "POST", body: { format: "json" } }));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(Number(replies[5]?.headers["retry-after"])).toBeGreaterThan(50);
    expect((await from.refusal()).reason).toBe("rate");
  });

  it("is not used up by those who are nobody, or by what is wrong", async () => {
    const from = await guarded();
    for (let i = 0; i < 6; i++) await ask(from.url, SNAPSHOT, { method: "POST", body: { format: "json" } });
    for (let i = 0; i < 6; i++) await from.ask(SNAPSHOT, { method: "POST", body: { format: "no" } });
    expect((await from.ask(SNAPSHOT, { method: "POST", body: { format: "json" } })).status).toBe(200);
  });
});

test("a name of loopback is held against the address that it leads to", async () => {
  // As if somebody had written so into /etc/hosts.
  const elsewhere = (...args: unknown[]): void => (args.at(-1) as (...found: unknown[]) => void)(null, "0.0.0.0", 4);
  const spy = vi.spyOn(dns, "lookup").mockImplementation(elsewhere as typeof dns.lookup);
  onTestFinished(() => spy.mockRestore());
  const settings = readAdminOptions({ host: "localhost", port: 0 }, {});
  const listener = new Listener(settings, undefined, { handle: async () => {}, refused() {} });
  await expect(listener.listen()).rejects.toThrow(/^localhost is the address \S+, beyond loopback$/);
});

test("a read-only plane refuses every change, and still tells everything", async () => {
  const from = await guarded({ readOnly: true });
  expect((await from.ask("/debug/mw/flags")).status).toBe(200);
  await isRefused(from, FLAG, { ...CHANGE, headers: WITH }, 403, "readOnly");
});

test("a change is one line of the audit, with who, what and how it ended", async () => {
  const from = await guarded();
  expect((await from.ask(FLAG, CHANGE)).status).toBe(200);
  expect(from.sop.flag("fast", true).value).toBe(false);
  const [line, ...others] = await vi.waitFor(() => {
    expect(from.audit).not.toEqual([]);
    return from.audit;
  });
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    outcome: "done",
    operation: "overrideFlag",
    target: { flag: "fast" },
    status: 200,
    identity: "token",
    address: "127.0.0.1",
  });
});

function head(method: string, path: string, headers: Readonly<Record<string, string>>, ...more: string[]): string {
  const own = Object.entries({ host: "localhost", connection: "close", ...headers });
  return `${method} ${path} HTTP/1.1\r\n${[...own.map(([name, value]) => `${name}: ${value}`), ...more].join("\r\n")}\r\n\r\n`;
}
