import { connect } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Served, served, TOKEN } from "./support.ts";

const RUNS = 100;

/** Sends bytes, and gives all that comes back until the connection ends or is quiet. */
function exchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    let quiet: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      clearTimeout(quiet);
      quiet = setTimeout(end, 30);
    });
    socket.on("error", () => {}).on("close", end);
    // What does not look like an end to the listener is waited for by it, and not by this test.
    socket.on("connect", () => socket.end(bytes));
  });
}

function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** No failure, nothing of the inside, and no effect. */
function isSound(from: Served, answer: string): void {
  for (const status of statusesOf(answer)) expect(status).not.toBe(500);
  // As the code of an answer: the OpenAPI document names it too, as one that may come.
  expect(answer).not.toContain('"code":"SOP_PANIC"');
  for (const secret of [TOKEN, "node_modules", "/packages/node", "    at ", from.dir, "root:"]) {
    expect(answer).not.toContain(secret);
  }
  expect(from.lines.filter(({ level }) => level === "error")).toEqual([]);
  expect(from.sop.flag("fast", true).value).toBe(true);
}

async function target(): Promise<Served> {
  const from = await served();
  from.sop.flag("fast", true);
  from.sop.breaker("stock");
  return from;
}

async function fuzz<T>(arbitrary: fc.Arbitrary<T>, each: (from: Served, value: T) => Promise<void>): Promise<void> {
  const from = await target();
  await fc.assert(
    fc.asyncProperty(arbitrary, (value) => each(from, value)),
    { numRuns: RUNS, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
  // It is as well as before.
  expect((await from.ask("/healthz")).status).toBe(200);
}

const token = fc.oneof(
  fc.string({ minLength: 1, maxLength: 80 }).map((text) => text.replace(/[^\x21-\x7e]/g, "x") || "x"),
  fc.integer({ min: 1, max: TOKEN.length - 1 }).map((length) => TOKEN.slice(0, length)),
  fc.constantFrom(`${TOKEN}\0`, TOKEN.toUpperCase(), `${TOKEN},${TOKEN}`, `"${TOKEN}"`, "undefined", "null"),
);
const paths = [
  "/debug/mw/flags/fast",
  "/debug/mw/flags",
  "/debug/mw/circuit-breakers/stock",
  "/debug/mw/circuit-breaker/snapshot",
  "/debug/mw/faults",
  "/debug/mw/requests",
  "/debug/mw/incidents",
  "/debug/mw/events",
  "/openapi.json",
];
const path = fc.constantFrom(...paths);
const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE");

it("a wrong token of any kind is refused, on every path", { timeout: 60_000 }, () =>
  fuzz(fc.record({ token, path, method, bearer: fc.boolean() }), async (from, { token, path, method, bearer }) => {
    const header = bearer ? `Authorization: Bearer ${token}` : `X-Admin-Token: ${token}`;
    const answer = await exchange(from.port, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`);
    for (const status of statusesOf(answer)) expect([400, 401, 404, 405, 429]).toContain(status);
    isSound(from, answer);
  }),
);

it("bytes that are no request are answered with 400, or not at all", { timeout: 60_000 }, () =>
  fuzz(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (from, bytes) => {
    const answer = await exchange(from.port, Buffer.from(bytes));
    for (const status of statusesOf(answer)) expect(status).toBe(400);
    isSound(from, answer);
  }),
);

const odd = fc.constantFrom(
  "%2e%2e",
  "..",
  "//",
  "%2f",
  ";",
  "%00",
  "\\",
  "%",
  "%c0%ae",
  "\u00ff",
  "?",
  "#",
  " ",
  "@",
  "*",
  "%0a",
);
const segment = fc.oneof(
  fc.constantFrom("debug", "mw", "flags", "incidents", "etc", "passwd", "fast"),
  odd,
  fc.string({ maxLength: 12 }),
);

it("no path leads to a file that is not meant", { timeout: 60_000 }, () =>
  fuzz(fc.array(segment, { minLength: 1, maxLength: 8 }), async (from, segments) => {
    const asked = `/debug/mw/incidents/${segments.join("/")}`.replace(/[\r\n ]/g, "");
    const bytes = Buffer.from(`GET ${asked} HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n\r\n`, "latin1");
    const answer = await exchange(from.port, bytes);
    for (const status of statusesOf(answer)) expect([400, 404]).toContain(status);
    isSound(from, answer);
  }),
);

const header = fc.oneof(
  fc.constantFrom(
    "Host: ",
    "Host: evil.example",
    "Host: a b",
    "Origin: null",
    "Content-Length: -1",
    "Content-Length: 5",
  ),
  fc.constantFrom(
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity",
    "Expect: 100-continue",
    "Expect: x",
  ),
  fc.constantFrom(
    "Upgrade: websocket",
    "Connection: upgrade",
    "Content-Encoding: gzip",
    "Content-Type: text/plain",
    "Range: bytes=0-",
  ),
  fc.constantFrom(
    "Last-Event-ID: \u00ff",
    "Accept: */*;q=x",
    "X-Admin-Token: ",
    "Authorization: Basic x",
    ": x",
    "X",
    "X : y",
  ),
);
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constantFrom(
    '{"__proto__":{"value":1}}',
    '{"constructor":1}',
    "[".repeat(30_000),
    '{"value":1e999}',
    '"\\ud800"',
    "\0",
  ),
);

it("a request of any kind is answered without a failure, and without a leak", { timeout: 60_000 }, () =>
  fuzz(
    fc.record({ method, path, query: fc.webQueryParameters(), headers: fc.array(header, { maxLength: 4 }), body }),
    async (from, { method, path, query, headers, body }) => {
      const own = ["Host: localhost", `X-Admin-Token: ${TOKEN}`, "Content-Type: application/json"];
      const length = headers.some((text) => /^(content-length|transfer)/i.test(text))
        ? []
        : [`Content-Length: ${Buffer.byteLength(body)}`];
      // One that would be done is none of this test.
      const asked =
        method === "PUT" || method === "POST" || method === "DELETE"
          ? `${path}?unknown=1&${query}`
          : `${path}?${query}`;
      const head = [`${method} ${asked} HTTP/1.1`, ...own, ...length, ...headers].join("\r\n");
      isSound(from, await exchange(from.port, Buffer.from(`${head}\r\n\r\n${body}`)));
    },
  ),
);

it("requests that are joined, cut and mixed up are answered one by one, or not at all", { timeout: 60_000 }, () => {
  const whole = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const put = `PUT /debug/mw/flags/fast?x=1 HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\nContent-Length: 4\r\n\r\n{{{{`;
  const piece = fc.oneof(
    fc.constantFrom(
      whole,
      put,
      "\r\n",
      "0\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
    fc.integer({ min: 1, max: put.length }).map((length) => put.slice(0, length)),
  );
  return fuzz(fc.array(piece, { minLength: 1, maxLength: 5 }), async (from, pieces) => {
    isSound(from, await exchange(from.port, pieces.join("")));
  });
});
