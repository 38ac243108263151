import { once } from "node:events";
import { Agent, createServer, get, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import axios from "axios";
import gotModule from "got";
import * as undici6 from "undici6";
import * as undici7 from "undici7";
import * as undici8 from "undici8";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { upstream } from "./support/upstream.ts";
import { arrive, pass, watched } from "./support/watched.ts";

const { default: got } = gotModule;

/** Reads an answer of `node:http` to its end. */
function read(url: string, options: object = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
  });
}

const quietly = (pending: PromiseLike<unknown>): void => void pending.then(undefined, () => {});

const clients: Record<string, (url: string) => Promise<unknown>> = {
  "node:http": read,
  fetch: async (url) => (await fetch(url)).text(),
  "undici 6": async (url) => (await undici6.request(url)).body.text(),
  "undici 7": async (url) => (await undici7.request(url)).body.text(),
  "undici 8": async (url) => (await undici8.request(url)).body.text(),
  axios: (url) => axios.get(url, { validateStatus: null }),
  got: async (url) => got(url, { retry: 0, throwHttpErrors: false }),
};

describe.each(Object.entries(clients))("a call of %s", (name, call) => {
  it("is measured by host and status, once", async () => {
    const { host, url } = await upstream();
    const { sop, measured } = watched();
    await call(url("503"));
    await call(url());
    expect(measured().sort()).toEqual(["200: 1", "503: 1"]);
    expect(sop.metrics().outgoing.durations[0]?.host).toBe(host);
  });

  it("hands on what is left of the deadline of its request, and nothing outside of one", async () => {
    const { url, received } = await upstream();
    const { open, within } = watched();
    await within(open({ "x-envoy-expected-rq-timeout-ms": "5000" }), () => call(url()));
    await within(open(), () => call(url()));
    await call(url());
    const left = received.map((headers) => headers["x-envoy-expected-rq-timeout-ms"]);
    expect(left).toEqual(["5000", undefined, undefined]);
  });

  it("is measured as an error where no answer comes", async () => {
    const { measured } = watched();
    await expect(call("http://127.0.0.1:1/refused")).rejects.toThrow();
    await arrive();
    // To the global `fetch` of a browser port 1 is forbidden: no call is made at all.
    expect(measured()).toEqual(name === "fetch" ? [] : ["error: 1"]);
  });

  it("that waits too long is told once, with its place and nothing of its address", async () => {
    const { host, url, arrived } = await upstream();
    const { sop, found, warn } = watched({ longest: "5s" });
    const again = (): void => quietly(call(url("hang")));
    again();
    await arrived(1);
    await pass(6_000);
    again();
    again();
    await arrived(3);
    await pass(6_000);
    expect(found).toMatchObject([
      { kind: "unbounded_call", host, route: undefined, site: { line: expect.any(Number) } },
    ]);
    // got makes its calls in a turn of its own, where nothing of the application is left to be named.
    const place = name === "got" ? /[\\/]got[\\/]/ : /outgoing\.test\.ts$/;
    expect(found).toMatchObject([{ site: { file: expect.stringMatching(place) } }]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify([found, warn.mock.calls])).not.toContain("secret");
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({ [host]: 3 });
  });
});

describe("a call that the application makes without a timeout", () => {
  it("of node:http is told although it was answered, once for each place", async () => {
    const { host, url } = await upstream();
    const { sop, found, warn } = watched();
    for (let i = 0; i < 3; i++) await read(url());
    expect(found).toMatchObject([{ kind: "unbounded_call", seen: "no_timeout", host, client: "http" }]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]).toMatchObject([
      { kind: "unbounded_call", seen: "no_timeout", host, site: expect.stringMatching(/outgoing\.test\.ts:\d+$/) },
      "an outgoing call has no timeout",
    ]);
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({ [host]: 3 });
  });

  it.each([
    ["a timeout that somebody listens to", { timeout: 60_000 }, true],
    ["a signal", { signal: new AbortController().signal }, false],
  ])("is none with %s", async (_what, options, listens) => {
    const { url, arrived } = await upstream();
    const { found } = watched();
    const call = request(url("hang"), options).on("error", () => {});
    if (listens) call.on("timeout", () => call.destroy());
    call.end();
    await arrived(1);
    await pass(30_000);
    expect(found).toEqual([]);
    call.destroy();
  });

  it("has none that counts where a timeout is set and nobody listens to it", async () => {
    const { url } = await upstream();
    const { found } = watched();
    await read(url(), { timeout: 1_000 });
    expect(found).toMatchObject([{ seen: "no_timeout" }]);
  });

  it("is none with the timeout of an agent that somebody listens to", async () => {
    const { url, arrived } = await upstream();
    const { found } = watched();
    const agent = new Agent({ timeout: 60_000 });
    const call = request(url("hang"), { agent }).on("error", () => {});
    call.on("timeout", () => call.destroy()).end();
    await arrived(1);
    await pass(30_000);
    expect(found).toEqual([]);
    call.destroy();
  });

  it("of a library is told only once it waits: it may have timers of its own", async () => {
    const { url } = await upstream();
    const { found } = watched();
    await axios.get(url());
    await got(url());
    expect(found).toEqual([]);
  });

  it("of undici is none with a timeout for the head of the answer", async () => {
    const { url, arrived } = await upstream();
    const { found } = watched();
    const abort = new AbortController();
    quietly(undici7.request(url("hang"), { headersTimeout: 60_000, signal: abort.signal }));
    await arrived(1);
    await pass(30_000);
    expect(found).toEqual([]);
    abort.abort();
  });
});

describe("a call that outlives its request", () => {
  it("is told, whatever its client", async () => {
    const { host, url, arrived } = await upstream();
    const { open, close, within, found } = watched({ longest: "1h" });
    const context = open();
    within(context, () => quietly(fetch(url("hang"))));
    await arrived(1);
    await pass(10_000);
    expect(found).toEqual([]);
    close(context);
    await pass(2_500);
    expect(found).toMatchObject([
      { kind: "unbounded_call", seen: "outlived_request", host, route: "/", client: "undici" },
    ]);
  });
});

describe("sop.fetch", () => {
  it("measures and bounds itself: its calls are not counted twice", async () => {
    const { url, received, arrived } = await upstream();
    const { sop, open, within, measured, found } = watched();
    await within(open({ "x-envoy-expected-rq-timeout-ms": "5000" }), async () => (await sop.fetch(url())).text());
    await (await sop.fetch(url("503"), { method: "POST", body: new Blob(["x"]) })).text();
    expect(measured().sort()).toEqual(["200: 1", "503: 1"]);
    expect(received[0]).toMatchObject({ "x-envoy-expected-rq-timeout-ms": "5000" });
    quietly(sop.fetch(url("hang")));
    await arrived(3);
    await pass(20_000);
    expect(found).toEqual([]);
  });
});

describe("the deadline", () => {
  it("of another request is never handed on, though a call waited in a pool for that one's answer", async () => {
    const { url, received } = await upstream();
    const { open, within } = watched();
    for (const { Agent: Pool, request: send } of [undici6, undici7, undici8]) {
      received.length = 0;
      // biome-ignore lint/suspicious/noExplicitAny: the three versions differ in their types.
      const dispatcher = new Pool({ connections: 2 }) as any;
      const calls = [1, 2, 3, 4, 5, 6].map((n) =>
        within(open({ "x-envoy-expected-rq-timeout-ms": `${n}000` }), async () => {
          const { body } = await send(url(), { dispatcher, headers: { "x-own": `${n}000` } });
          await body.text();
        }),
      );
      await Promise.all(calls);
      const wrong = received.filter((headers) => {
        const left = headers["x-envoy-expected-rq-timeout-ms"];
        return left !== undefined && left !== headers["x-own"];
      });
      expect(wrong).toEqual([]);
    }
  });

  it.each([
    ["is left alone where the caller set it", { "X-Envoy-Expected-Rq-Timeout-Ms": "7" }, {}, "7"],
    ["is kept where that is asked for", {}, { propagate: false }, undefined],
  ])("%s", async (_what, headers, options, expected) => {
    const { url, received } = await upstream();
    const { open, within } = watched(options);
    await within(open({ "x-envoy-expected-rq-timeout-ms": "5000" }), async () => {
      await (await fetch(url(), { headers })).text();
      await read(url(), { headers });
    });
    expect(received.map((got) => got["x-envoy-expected-rq-timeout-ms"])).toEqual([expected, expected]);
  });

  it("does not disturb a call whose headers are on their way", async () => {
    const { url, received } = await upstream();
    const { open, within } = watched();
    await within(open({ "x-envoy-expected-rq-timeout-ms": "5000" }), () =>
      read(url(), { headers: ["host", "other", "x-raw", "1"] }),
    );
    expect(received[0]).toMatchObject({ "x-raw": "1" });
  });
});

describe("an answer's body that is left alone", () => {
  it.each([
    ["fetch", (url: string) => fetch(url)],
    ["undici 6", (url: string) => undici6.request(url)],
    ["undici 7", (url: string) => undici7.request(url)],
    ["undici 8", (url: string) => undici8.request(url)],
  ])("is told, with its place: %s", async (_name, call) => {
    const { host, url } = await upstream();
    const { found, warn } = watched({ unread: "5s" });
    const kept = await call(url("big"));
    await pass(4_000);
    expect(found).toEqual([]);
    await pass(4_000);
    expect(found).toMatchObject([{ kind: "unconsumed_body", host, client: "undici" }]);
    expect(found[0]).toMatchObject({ site: { file: import.meta.filename } });
    expect(warn.mock.calls[0]?.[1]).toBe("the body of an answer is neither read nor cancelled");
    expect(kept).toBeDefined();
  });

  it("is told of node:http, however small it is", async () => {
    const { host, url } = await upstream();
    const { found } = watched({ unread: "5s" });
    await new Promise((resolve) => request(url(), { signal: AbortSignal.timeout(60_000) }, resolve).end());
    await pass(8_000);
    expect(found).toMatchObject([{ kind: "unconsumed_body", host, client: "http" }]);
  });

  it("is told of sop.fetch too", async () => {
    const { url } = await upstream();
    const { sop, found } = watched();
    const kept = await sop.fetch(url("big"));
    await pass(8_000);
    expect(found).toMatchObject([{ kind: "unconsumed_body", site: { file: import.meta.filename } }]);
    expect(kept.bodyUsed).toBe(false);
  });

  it.each(["HEAD", "204"])(
    "is told of node:http though there is none: it keeps its connection all the same (%s)",
    async (kind) => {
      const { url } = await upstream();
      const { found } = watched();
      const options = { method: kind === "HEAD" ? "HEAD" : "GET", signal: AbortSignal.timeout(60_000) };
      await new Promise((resolve) => request(url(kind), options, resolve).end());
      await pass(8_000);
      expect(found).toMatchObject([{ kind: "unconsumed_body" }]);
    },
  );

  it("is none where the connection was upgraded, or became a tunnel", async () => {
    const server = createServer();
    server.on("upgrade", (_request, socket) =>
      socket.write("HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"),
    );
    server.on("connect", (_request, socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const { found } = watched();
    const { port } = server.address() as AddressInfo;
    const signal = new AbortController().signal;
    const upgrading = request({ port, signal, headers: { connection: "Upgrade", upgrade: "echo" } });
    const connecting = request({ port, signal, method: "CONNECT", path: "elsewhere:443" });
    const sockets = await Promise.all([
      new Promise<Duplex>((resolve) => upgrading.on("upgrade", (_response, socket) => resolve(socket)).end()),
      new Promise<Duplex>((resolve) => connecting.on("connect", (_response, socket) => resolve(socket)).end()),
    ]);
    await pass(20_000);
    expect(found).toEqual([]);
    for (const socket of sockets) socket.destroy();
  });

  it("is none where its reader waits for more, or is slow", async () => {
    const { url } = await upstream();
    const { found } = watched();
    const waiting = (await fetch(url("stream"))).body?.getReader();
    await waiting?.read();
    quietly(waiting?.read() ?? Promise.resolve());
    const slow = (await fetch(url("big"))).body?.getReader();
    for (let i = 0; i < 12; i++) {
      for (let chunk = 0; chunk < 4; chunk++) await slow?.read();
      await pass(1_000);
    }
    expect(found).toEqual([]);
    await pass(8_000);
    expect(found).toMatchObject([{ kind: "unconsumed_body", client: "undici" }]);
  });

  it("is none where it is read, cancelled, or so small that it is there at once", async () => {
    const { url } = await upstream();
    const { found } = watched();
    const bounded = { signal: new AbortController().signal };
    await (await fetch(url("big"))).arrayBuffer();
    await (await fetch(url("big"))).body?.cancel();
    const small = await fetch(url());
    await read(url("big"), bounded);
    await new Promise<void>((resolve) => {
      request(url("big"), bounded, (response) => {
        response.destroy();
        resolve();
      }).end();
    });
    await pass(20_000);
    expect(found).toEqual([]);
    expect(small.status).toBe(200);
  });
});

describe("retries of other clients", () => {
  it("are a storm when they are half of what a host gets: got retries twice", async () => {
    const { host, url, received } = await upstream();
    const { open, within, found } = watched();
    const retry = {
      limit: 2,
      calculateDelay: ({ computedValue }: { computedValue: number }) => (computedValue > 0 ? 1 : 0),
    };
    for (let i = 0; i < 8; i++) {
      await within(open(), () => got(url("503"), { retry }).catch(() => {}));
    }
    expect(received).toHaveLength(24);
    expect(found.filter(({ kind }) => kind === "retry_storm")).toEqual([
      { kind: "retry_storm", host, ratio: expect.any(Number), calls: expect.any(Number), retries: expect.any(Number) },
    ]);
  });
});

describe("places", () => {
  it("are looked up for ten calls a second and host: the others are told with what is known of their host", async () => {
    const { url } = await upstream();
    const { sop, found } = watched({ unread: "5s" });
    const elsewhere = (): Promise<Response> => fetch(url("big"));
    const kept: unknown[] = [];
    for (let i = 0; i < 12; i++) kept.push(await fetch(url("big")));
    for (let i = 0; i < 3; i++) kept.push(await elsewhere());
    await pass(8_000);
    expect(found).toMatchObject([{ kind: "unconsumed_body", site: { file: import.meta.filename } }]);
    vi.advanceTimersByTime(1_000);
    kept.push(await elsewhere());
    await pass(8_000);
    expect(found).toMatchObject([
      { kind: "unconsumed_body" },
      { kind: "unconsumed_body", site: { function: "elsewhere" } },
    ]);
    expect(kept).toHaveLength(16);
    expect(sop.metrics().outgoing.durations).toMatchObject([{ count: 16 }]);
  });
});

describe("the watch", () => {
  it("ends when it is told to, and forgets what is on its way", async () => {
    const { url, arrived } = await upstream();
    const { found, measured, stop } = watched();
    quietly(fetch(url("hang")));
    await arrived(1);
    stop();
    await read(url());
    await pass(30_000);
    expect([found, measured()]).toEqual([[], []]);
  });

  it("keeps nothing of calls that ended, and no timer without one on its way", async () => {
    const { url } = await upstream();
    watched();
    for (let i = 0; i < 5; i++) {
      await read(url());
      await (await fetch(url())).text();
      await expect(fetch(url("hang"), { signal: AbortSignal.timeout(1) })).rejects.toThrow();
    }
    expect(vi.getTimerCount()).toBe(1);
    await pass(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends, and says so once, where it fails: no call is harmed", async () => {
    const { url } = await upstream();
    const { sop, error, measured } = watched();
    sop.outgoing.started = () => {
      throw new Error("broken");
    };
    expect(await read(url())).toBe(200);
    expect(await read(url())).toBe(200);
    expect(error.mock.calls.map(([, message]) => message)).toEqual(["outgoing calls are no longer watched"]);
    expect(measured()).toEqual([]);
  });

  it("names options that are wrong", () => {
    expect(() => watched({ longest: "soon" as never, unread: 1, propagate: 7 as never })).toThrow(
      /outgoing\.watch\.longest: got "soon".*outgoing\.watch\.unread: got 1.*outgoing\.watch\.propagate: got 7/,
    );
  });
});
