// Sends requests over raw sockets, and counts what came of each: the other side of the ledger. It knows nothing of SOP.
import { connect } from "node:net";

const DEPTH = 32;
const PIPES = 8;
const AT_ONCE = 50;

/** What is asked of most: by what is sent, and how often in a thousand. */
const MIX = [
  ["POST", "/created", 100],
  ["GET", "/missing", 50],
  ["GET", "/error", 50],
  ["GET", "/panic", 20],
];
const ABORTED = 5;
const EXPIRED = 5;

const counts = {};

function count(method, path, status) {
  const key = `${method} ${path} ${status}`;
  counts[key] = (counts[key] ?? 0) + 1;
}

/** The n-th request, the same in each run. */
function requestOf(n) {
  let place = (n * 7919) % 1_000;
  for (const [method, path, share] of MIX) {
    place -= share;
    if (place < 0) return { method, path };
  }
  return { method: "GET", path: "/ok" };
}

function head(method, path, more = "") {
  return `${method} ${path} HTTP/1.1\r\nHost: shop\r\n${method === "POST" ? "Content-Length: 0\r\n" : ""}${more}\r\n`;
}

/** Answers that are whole: gives the status of each, and keeps what is not. */
class Answers {
  #rest = "";

  take(chunk) {
    this.#rest += chunk;
    const statuses = [];
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      if (end < 0) return statuses;
      const start = this.#rest.slice(0, end);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(start)?.[1]);
      if (Number.isNaN(length)) throw new Error(`an answer without a length: ${start}`);
      if (this.#rest.length < end + 4 + length) return statuses;
      statuses.push(Number(start.slice(9, 12)));
      this.#rest = this.#rest.slice(end + 4 + length);
    }
  }
}

/** Keeps a connection, on which up to `DEPTH` requests wait for their answers; `next` gives the next one while there is one. */
function pipe(port, next) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    const answers = new Answers();
    const waiting = [];
    const fill = () => {
      let text = "";
      while (waiting.length < DEPTH) {
        const request = next();
        if (!request) break;
        waiting.push(request);
        text += head(request.method, request.path);
      }
      if (text !== "") socket.write(text);
      else if (waiting.length === 0) socket.end(resolve);
    };
    socket.on("connect", fill).on("error", reject);
    socket.on("close", () => waiting.length > 0 && reject(new Error(`closed with ${waiting.length} unanswered`)));
    socket.on("data", (chunk) => {
      for (const status of answers.take(chunk)) {
        const { method, path } = waiting.shift();
        count(method, path, status);
      }
      fill();
    });
  });
}

/** Goes away as soon as the answer has begun: what was never received could not be counted. */
function abort(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(head("GET", "/hang")));
    socket.on("error", reject);
    socket.once("data", () => {
      count("GET", "/hang", 499);
      socket.destroy();
      resolve();
    });
  });
}

/** Waits for the answer to a request whose deadline is short. */
function expire(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    const answers = new Answers();
    socket.on("connect", () => socket.write(head("GET", "/slow", "x-envoy-expected-rq-timeout-ms: 20\r\n")));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      for (const status of answers.take(chunk)) {
        count("GET", "/slow", status);
        socket.end(resolve);
      }
    });
  });
}

async function times(n, task) {
  let left = n;
  const worker = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

process.on("message", async ({ port, requests }) => {
  const aborted = Math.floor((requests * ABORTED) / 1_000);
  const expired = Math.floor((requests * EXPIRED) / 1_000);
  const piped = requests - aborted - expired;
  let sent = 0;
  const next = () => (sent < piped ? requestOf(sent++) : undefined);
  await Promise.all([
    ...Array.from({ length: PIPES }, () => pipe(port, next)),
    times(aborted, () => abort(port)),
    times(expired, () => expire(port)),
  ]);
  process.send({ counts });
});
