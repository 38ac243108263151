import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import type { Worker } from "node:worker_threads";
import { expect, it, onTestFinished, vi } from "vitest";
import { STREAM_BOUNDS, Streams } from "../../src/admin/worker/streams.ts";
import { listen } from "../support/leaving.ts";
import { type Served, served, TOKEN } from "./support.ts";

/** One who follows the events. */
class Follower {
  readonly socket: Socket;
  text = "";
  isEnded = false;

  constructor(port: number, more = "", path = "/debug/mw/events") {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
    });
    this.socket
      .on("error", () => {})
      .on("close", () => {
        this.isEnded = true;
      });
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n${more}\r\n`);
    onTestFinished(() => void this.socket.destroy());
  }

  get events() {
    return [...this.text.matchAll(/id: (\S+)\nevent: (\S+)\ndata: (\{.*\})\n\n/g)].map(([, id, type, data = ""]) => {
      return { id, type, ...JSON.parse(data) };
    });
  }

  get flags(): unknown[] {
    return this.events.filter(({ type }) => type === "flag").map(({ data }) => data.value);
  }

  async has(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.flags.length).toBe(count));
  }
}

/** Something that happens: a flag gets another value. */
async function change(from: Served, value: number): Promise<void> {
  await from.ask("/debug/mw/flags/n", { method: "PUT", body: { value } });
}

async function eventful(options?: Parameters<typeof served>[0]): Promise<Served> {
  const from = await served(options);
  from.sop.flag("n", 0);
  return from;
}

it("are told as they happen, to all who follow, in one form", async () => {
  const from = await eventful();
  const followers = [new Follower(from.port), new Follower(from.port)];
  for (const follower of followers) await vi.waitFor(() => expect(follower.text).toContain("text/event-stream"));
  await change(from, 1);
  for (const follower of followers) {
    await follower.has(1);
    const event = follower.events.find(({ type }) => type === "flag");
    expect(event).toMatchObject({ data: { flag: "n", value: 1 } });
    expect(Date.parse(event?.at)).not.toBeNaN();
    await vi.waitFor(() => expect(follower.events.map(({ type }) => type)).toContain("audit"));
  }
});

it("that happened before are told first, and after Last-Event-ID only what was missed", async () => {
  const from = await eventful();
  for (let n = 1; n <= 3; n++) await change(from, n);
  const first = new Follower(from.port);
  await first.has(3);
  first.socket.destroy();
  const { id } = first.events.filter(({ type }) => type === "flag")[1] ?? {};
  await change(from, 4);
  const second = new Follower(from.port, `Last-Event-ID: ${id}\r\n`);
  await second.has(2);
  expect(second.flags).toEqual([3, 4]);
  // Of another start of the service.
  const stranger = new Follower(from.port, "Last-Event-ID: other-17\r\n");
  await stranger.has(4);
});

it("are told one by one, each once, whatever joins and leaves meanwhile", async () => {
  const from = await eventful();
  const steady = new Follower(from.port);
  const joined = [];
  for (let n = 1; n <= 10; n++) {
    joined.push(new Follower(from.port));
    await change(from, n);
    if (n % 3 === 0) joined[n - 2]?.socket.destroy();
  }
  for (const follower of [steady, ...joined].filter(({ socket }) => !socket.destroyed)) {
    await follower.has(10);
    expect(follower.flags).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  }
});

it("may be asked for by type", async () => {
  const from = await eventful();
  const follower = new Follower(from.port, "", "/debug/mw/events?types=audit");
  await change(from, 1);
  await vi.waitFor(() => expect(follower.events.length).toBeGreaterThan(0));
  expect(new Set(follower.events.map(({ type }) => type))).toEqual(new Set(["audit"]));
});

it("end when the service has drained", async () => {
  const from = await eventful();
  const follower = new Follower(from.port);
  await vi.waitFor(() => expect(follower.text).toContain("text/event-stream"));
  await from.sop.drain();
  await vi.waitFor(() => expect(follower.text).toMatch(/event: drain\n[\s\S]*\r\n0\r\n\r\n$/));
});

it("are told to so many at most, and the next is told to wait", async () => {
  const from = await eventful({ maxListeners: 2 });
  const followers = [new Follower(from.port), new Follower(from.port)];
  for (const follower of followers) await vi.waitFor(() => expect(follower.text).toContain("text/event-stream"));
  const { status, json, headers } = await from.ask("/debug/mw/events");
  expect([status, json.code, headers["retry-after"]]).toEqual([503, "SOP_OVERLOAD", "10"]);
  expect((await from.refusal()).reason).toBe("listeners");
  followers[0]?.socket.destroy();
  await vi.waitFor(() => {
    const next = new Follower(from.port);
    return vi.waitFor(() => expect(next.text).toContain("200 OK"));
  });
});

it("cut off who does not read them, and nobody else", async () => {
  const bounds = { ...STREAM_BOUNDS, maxListeners: 10 };
  const streams = new Streams(bounds, () => {});
  const server = createServer((_request, response) => streams.add(response, { after: undefined, types: undefined }));
  const port = await listen(server);
  const [slow, reading] = [new Follower(port), new Follower(port)];
  for (const { socket } of [slow, reading]) await once(socket, "data");
  slow.socket.pause();
  streams.push([], true);
  const large = "x".repeat(10_000);
  let sent = 0;
  // Until what the system takes for it is full, and then what the thread keeps for it.
  while (streams.size === 2) {
    streams.push([{ id: `${sent}`, at: 0, type: "flag", data: { large } }], false);
    sent++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(streams.size).toBe(1);
  await vi.waitFor(() => expect(reading.events.length).toBe(sent));
  expect(reading.isEnded).toBe(false);
});

it("cut off who has not read for two heartbeats", async () => {
  const streams = new Streams({ ...STREAM_BOUNDS, maxListeners: 10 }, () => {});
  const server = createServer((_request, response) => streams.add(response, { after: undefined, types: undefined }));
  const slow = new Follower(await listen(server));
  await once(slow.socket, "data");
  slow.socket.pause();
  streams.push([], true);
  // More than the system takes at once.
  const large = "x".repeat(200_000);
  let isFull = false;
  for (let n = 0; !isFull; n++) {
    streams.push([{ id: `${n}`, at: 0, type: "flag", data: { large } }], false);
    await new Promise((resolve) => setImmediate(resolve));
    isFull = streams.behind > 0;
  }
  streams.heartbeat();
  expect(streams.size).toBe(1);
  streams.heartbeat();
  await vi.waitFor(() => expect(streams.size).toBe(0));
});

it("go on when the thread that tells them has died", { timeout: 20_000 }, async () => {
  let thread: Worker | undefined;
  const seen = (worker: Worker): void => {
    thread = worker;
  };
  process.on("worker", seen);
  onTestFinished(() => void process.off("worker", seen));
  const from = await eventful();
  const { url } = from;
  await thread?.terminate();
  const told = (): unknown[] => from.lines.filter(({ level }) => level === "error");
  await vi.waitFor(() => expect(told().length).toBe(1));
  await vi.waitFor(async () => expect((await from.ask("/healthz")).status).toBe(200), { timeout: 15_000 });
  expect(from.url).toBe(url);
  await change(from, 1);
  await new Follower(from.port).has(1);
  expect(told().length).toBe(1);
});
