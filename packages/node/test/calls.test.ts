import { Agent, createServer, get, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createSop } from "@sop/core";
import axios from "axios";
import gotModule from "got";
import * as undici7 from "undici7";
import * as undici8 from "undici8";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { callGauges, observeCalls } from "../src/http/calls.ts";
import { listen } from "../src/http/channels.ts";
import { httpSubscribers } from "../src/http/http-client.ts";
import { LiveCalls } from "../src/http/live-calls.ts";
import { readWatchOptions } from "../src/http/options.ts";
import type { CallOutcome } from "../src/http/outcome.ts";
import { watchOutgoing } from "../src/http.ts";
import { silent } from "./support/recorded.ts";
import { host } from "./support/service.ts";

const { default: got } = gotModule;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** An address at which nobody listens. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

function watched() {
  const sop = createSop({ service: "shop", logger: silent, ports: { host } });
  const stop = watchOutgoing(sop, { unread: "1s" });
  const outcomes: CallOutcome[] = [];
  const cuts: CallOutcome[] = [];
  let retries = 0;
  observeCalls(sop, {
    started: ({ isRetry }) => void (isRetry && retries++),
    ended: (_call, _status, outcome) => void outcomes.push(outcome),
    cut: (_call, outcome) => void cuts.push(outcome),
  });
  onTestFinished(() => {
    stop();
    sop.dispose();
  });
  const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
  return {
    sop,
    outcomes,
    cuts,
    retries: () => retries,
    open: () => life.open({ headers: {} }, {}),
    within: life.run.bind(life),
    close: life.close.bind(life),
    gauges: () => callGauges(sop),
  };
}

const ask = (url: string, options: object = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, options, resolve).on("error", reject);
  });

const clients: Record<string, (url: string) => Promise<unknown>> = {
  "node:http": async (url) => (await ask(url, { agent: false })).resume(),
  fetch: async (url) => (await fetch(url)).text(),
  "undici 7": async (url) => (await undici7.request(url)).body.text(),
  "undici 8": async (url) => (await undici8.request(url)).body.text(),
  axios: (url) => axios.get(url),
  got: (url) => got(url, { retry: 0 }),
};

describe.each(Object.entries(clients))("a call of %s", (_name, call) => {
  it("is refused where nobody listens", async () => {
    const { outcomes } = watched();
    await expect(call(await nowhere())).rejects.toThrow();
    await vi.waitFor(() => expect(outcomes).toEqual(["refused"]));
  });

  it("is reset where the other side hangs up", async () => {
    const { outcomes } = watched();
    await expect(call(await serve(({ socket }) => void socket.resetAndDestroy()))).rejects.toThrow();
    await vi.waitFor(() => expect(outcomes).toEqual(["reset"]));
  });

  it("is answered whatever the status", async () => {
    const { outcomes, gauges } = watched();
    const url = await serve((_request, response) => void response.writeHead(503).end("sorry"));
    await call(url).catch(() => {});
    await vi.waitFor(() => expect(outcomes).toEqual(["answered"]));
    expect(gauges()).toMatchObject({ inFlight: 0, oldest: 0, queued: 0 });
  });
});

const impatient: Record<string, (url: string) => Promise<unknown>> = {
  "node:http that is destroyed at its timeout": (url) =>
    new Promise((_resolve, reject) => {
      const request = get(url, { timeout: 100 }).on("error", reject);
      request.on("timeout", () => request.destroy());
    }),
  "node:http with a signal": (url) => ask(url, { signal: AbortSignal.timeout(100) }),
  "fetch with a signal": (url) => fetch(url, { signal: AbortSignal.timeout(100) }),
  "fetch with a controller": (url) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return fetch(url, { signal: controller.signal });
  },
  "undici with a limit for the head": (url) => undici8.request(url, { headersTimeout: 100 }),
  axios: (url) => axios.get(url, { timeout: 100 }),
  got: (url) => got(url, { retry: 0, timeout: 100 }),
};

it.each(Object.entries(impatient))("a call of %s is given up by a timeout", async (_name, call) => {
  const { outcomes } = watched();
  await expect(call(await serve(() => {}))).rejects.toThrow();
  await vi.waitFor(() => expect(outcomes).toEqual(["timeout"]), { timeout: 5_000 });
});

it("a call that is given up with its request is canceled, and no timeout", async () => {
  const { outcomes, open, within, close } = watched();
  const url = await serve(() => {});
  const context = open();
  const controller = new AbortController();
  const pending = within(context, () => fetch(url, { signal: controller.signal }));
  close(context, 499, "aborted");
  controller.abort();
  await expect(pending).rejects.toThrow();
  await vi.waitFor(() => expect(outcomes).toEqual(["canceled"]));
});

it("a body that is cut is told after the answer", async () => {
  const { outcomes, cuts } = watched();
  const url = await serve((_request, response) => {
    response.write("half");
    setTimeout(() => response.socket?.destroy(), 50);
  });
  await expect((async () => (await fetch(url)).text())()).rejects.toThrow();
  await vi.waitFor(() => expect([outcomes, cuts]).toEqual([["answered"], ["reset"]]));
});

it("a call that repeats a failed one of its request is a retry, and the first of another request is not", async () => {
  const { retries, open, within } = watched();
  const url = await serve((_request, response) => void response.writeHead(503).end());
  const thrice = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await (await fetch(url)).text();
  };
  await within(open(), thrice);
  await within(open(), thrice);
  expect(retries()).toBe(4);
});

describe("calls that wait for a connection", () => {
  const slow: RequestListener = (_request, response) => void setTimeout(() => response.end("ok"), 400);

  it("are counted for an agent of node:http", async () => {
    const { gauges } = watched();
    const url = await serve(slow);
    const agent = new Agent({ maxSockets: 1 });
    const calls = [1, 2, 3].map(async () => (await ask(url, { agent })).resume());
    await vi.waitFor(() => expect(gauges()).toMatchObject({ inFlight: 3, queued: 2 }));
    await Promise.all(calls);
    expect(gauges()).toMatchObject({ inFlight: 0, queued: 0 });
  });

  it("are counted for one too where Node tells of a request only once it has a connection, as Node 20 does", async () => {
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    const settings = readWatchOptions({});
    const calls = new LiveCalls(sop, settings);
    const { "http.client.request.created": _early, ...late } = httpSubscribers(sop, calls, settings);
    const stop = listen(late, (error) => expect.unreachable(String(error)));
    onTestFinished(() => {
      stop();
      calls.stop();
      sop.dispose();
    });
    const url = await serve((_request, response) => void setTimeout(() => response.end("late"), 500));
    const agent = new Agent({ maxSockets: 1 });
    const answers = [1, 2, 3].map(async () => (await ask(url, { agent })).resume());
    await vi.waitFor(() => expect(callGauges(sop)).toMatchObject({ inFlight: 3, queued: 2 }));
    await vi.waitFor(() => expect(callGauges(sop)?.oldest).toBeGreaterThan(0));
    await Promise.all(answers);
    expect(callGauges(sop)).toMatchObject({ inFlight: 0, queued: 0 });
  });

  // A pool of undici keeps those for which no client is free to itself: they are no calls yet, and are seen where the pool is tracked.
  it.each<[string, (url: string) => undici8.Client | undici7.Client]>([
    ["7", (url) => new undici7.Client(url)],
    ["8", (url) => new undici8.Client(url)],
  ])("are counted for a client of undici %s", async (_version, make) => {
    const { gauges } = watched();
    const client = make(await serve(slow)) as undici8.Client;
    const calls = [1, 2, 3].map(async () => (await client.request({ path: "/", method: "GET" })).body.text());
    await vi.waitFor(() => expect(gauges()).toMatchObject({ inFlight: 3, queued: 2 }));
    expect(gauges()?.oldest).toBeGreaterThan(0);
    await Promise.all(calls);
    expect(gauges()).toMatchObject({ inFlight: 0, queued: 0 });
    await client.close();
  });
});

it("answers that nobody reads are counted until somebody does", async () => {
  const { gauges } = watched();
  const url = await serve((_request, response) => void response.end("x".repeat(300_000)));
  const answers = await Promise.all([ask(url), ask(url), ask(url)]);
  await vi.waitFor(() => expect(gauges()?.unread).toBe(3), { timeout: 10_000 });
  // They have been told of by then, and are still counted.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(gauges()?.unread).toBe(3);
  for (const answer of answers) answer.resume();
  await vi.waitFor(() => expect(gauges()?.unread).toBe(0), { timeout: 10_000 });
});
