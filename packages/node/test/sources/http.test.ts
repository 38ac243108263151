import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { OptionError } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { httpSource } from "../../src/sources/http.ts";
import { follow } from "./follow.ts";
import { openHttpStore } from "./http-store.ts";
import { sourceSuite } from "./source-suite.ts";

sourceSuite("an HTTP server", openHttpStore);

/** Follows what a listener answers, asking often. */
async function following(listener: RequestListener, options: object = {}) {
  const server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/flags`;
  return follow(httpSource({ url, interval: 20, cache: false, ...options }));
}

/** A document that a test can change. */
function document(first: string | Buffer) {
  const shown = { body: first, asked: [] as IncomingHttpHeaders[] };
  const listener: RequestListener = ({ headers }, response) => {
    shown.asked.push(headers);
    response.setHeader("etag", `"${shown.body.length}"`).end(shown.body);
  };
  return { shown, listener };
}

describe("a document behind HTTP", () => {
  it("may be YAML", async () => {
    const { listener } = document("service: shop\nflags:\n  a: on\n  b: { c: 1 }\n");
    await (await following(listener)).flags({ a: "on", b: { c: 1 } });
  });

  it("is asked for by what is known of it", async () => {
    const { shown, listener } = document('{"flags":{"a":1}}');
    await (await following(listener, { token: "t0ken" })).flags({ a: 1 });
    await expect.poll(() => shown.asked.length).toBeGreaterThan(1);
    expect(shown.asked[0]).not.toHaveProperty("if-none-match");
    expect(shown.asked[1]).toMatchObject({ "if-none-match": '"17"', authorization: "Bearer t0ken" });
  });

  it.each([
    ["no JSON", '{"flags":{"a":', /^http: it is no JSON/],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /^http: it is not UTF-8/],
    ["a key twice", '{"flags":{"a":1,"b":{"c":1,"c":2}}}', /^http: it has the key "c" twice/],
    ["a key twice, in YAML", "flags:\n  a: 1\n  a: 2\n", /^http: http:3: Map keys must be unique/],
    ["no flags by name", '{"flags":[1]}', /^http: its flags are no object/],
    ["too large", `{"flags":{"a":"${"x".repeat(5_000)}"}}`, /^http: the answer is larger than 4096 bytes/],
    [
      "nested without end",
      `{"flags":{"a":${"[".repeat(200)}${"]".repeat(200)}}}`,
      /^http: it is nested deeper than 100/,
    ],
  ])("that is %s is refused whole, with the reason, until it is good again", async (_what, bad, reason) => {
    const { shown, listener } = document('{"flags":{"a":1}}');
    const told = await following(listener, { maxBytes: "4KiB" });
    await told.flags({ a: 1 });
    shown.body = bad;
    expect(await told.until(({ state }) => state === "STALE")).toMatchObject({
      problem: expect.stringMatching(reason),
    });
    shown.body = '{"flags":{"a":2}}';
    await told.flags({ a: 2 });
    expect(told.seen.filter(({ state }) => state === "STALE")).toHaveLength(1);
  });

  it("is ERROR where the server answers with another status", async () => {
    const told = await following((_request, response) => response.writeHead(403).end());
    expect(await told.until(() => true)).toEqual({ state: "ERROR", problem: "the server answered with status 403" });
  });
});

it("wrong options are named, all of them", () => {
  const wrong = JSON.parse(
    '{"url":"ftp://x","interval":1,"heartbeat":5,"maxBytes":"8MB","name":"a b","cache":7,"token":"a","tokenFile":"b","tls":{"certFile":"c"}}',
  );
  expect(() => httpSource(wrong)).toThrow(OptionError);
  expect(() => httpSource(wrong)).toThrow(
    /heartbeat.*http.*url.*name.*cache.*maxBytes.*interval.*tokenFile.*tls\.keyFile/,
  );
});
