import { writeFileSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { type FollowOptions, follow } from "../../src/plane/follow.ts";
import type { PlaneOptions } from "../../src/plane/options.ts";
import { adminFile, json, screen, serve, temporary } from "./stub.ts";

/** Follows until the test ends; all that is told is kept, in order. */
function following(options: PlaneOptions, more: Partial<FollowOptions> = {}) {
  const abort = new AbortController();
  const { terminal } = screen(abort.signal);
  const told: string[] = [];
  const waits: number[] = [];
  const how = { path: "/events", firstWait: 10, longestWait: 40, ...more };
  const done = follow(options, terminal, how, {
    opened: () => void told.push("opened"),
    event: ({ data }) => void told.push(data),
    lost: (why, wait) => {
      waits.push(wait);
      if (told.at(-1) !== `lost: ${why}`) told.push(`lost: ${why}`);
    },
  }).then(
    () => "ended",
    (error: Error) => error,
  );
  onTestFinished(async () => {
    abort.abort();
    await done;
  });
  return { told, waits, done, abort };
}

function stream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
  return response;
}

beforeEach(() => {
  vi.stubEnv("SOP_ADMIN_TOKEN", undefined);
  vi.stubEnv("SOP_DIR", temporary());
});

it("connects again and says what it had last", async () => {
  const answer: RequestListener = (request, response) => {
    const last = Number(request.headers["last-event-id"] ?? 0);
    stream(response).end(`id: ${last + 1}\ndata: ${last + 1}\n\nid: 99\ndata: cut off`);
  };
  const { url, asked } = await serve(answer);
  const { told, done, abort } = following({ addr: url });
  await vi.waitFor(() => expect(told).toContain("3"));
  expect(told.slice(0, 5)).toEqual(["opened", "1", `lost: ${url} ended the stream`, "opened", "2"]);
  expect(asked[0]?.headers).toMatchObject({ accept: "text/event-stream" });
  abort.abort();
  expect(await done).toBe("ended");
});

it("waits for a plane to come back, longer each time, up to a limit", async () => {
  const first = await serve((_, response) => stream(response).write("data: before\n\n"));
  const { told, waits } = following({ addr: first.url });
  await vi.waitFor(() => expect(told).toContain("before"));
  await first.close();
  await vi.waitFor(() => expect(waits.length).toBeGreaterThan(5));
  expect(waits[0]).toBeLessThanOrEqual(13);
  expect(Math.max(...waits)).toBeLessThanOrEqual(50);
  expect(Math.max(...waits)).toBeGreaterThan(25);
  await serve((_, response) => stream(response).write("data: after\n\n"), first.port);
  await vi.waitFor(() => expect(told).toContain("after"));
  expect(told.filter((said) => said.startsWith("lost: nothing listens"))).toHaveLength(1);
});

it("finds the plane of the next start, with its address and its token", async () => {
  const gone = 2 ** 22 + 1;
  const asking = (token: string) =>
    serve((request, response) => {
      if (request.headers["x-admin-token"] !== token) json(response, 401, { title: "Unauthorized" });
      else stream(response).write(`data: ${token}\n\n`);
    });
  const one = await asking("one");
  const dir = adminFile({ url: one.url, token: "one", pid: process.pid });
  const write = (content: object): void => writeFileSync(join(dir, "admin.json"), JSON.stringify(content));
  const { told } = following({ dir });
  await vi.waitFor(() => expect(told).toContain("one"));
  write({ url: one.url, token: "one", pid: gone });
  await one.close();
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^lost: the service is not running/));
  const two = await asking("two");
  write({ url: two.url, token: "one", pid: process.pid });
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^lost: .*Unauthorized/));
  write({ url: two.url, token: "two", pid: process.pid });
  await vi.waitFor(() => expect(told).toContain("two"));
});

it("ends where the first connection cannot be made, and where the plane refuses", async () => {
  const { url, close } = await serve((_, response) => json(response, 403, { title: "Forbidden" }));
  expect(await following({ addr: url }).done).toMatchObject({ exit: 1, status: 403 });
  await close();
  expect(await following({ addr: url }).done).toMatchObject({ exit: 3 });
  const page = await serve((_, response) => response.setHeader("content-type", "text/html").end());
  expect(await following({ addr: page.url }).done).toMatchObject({
    exit: 3,
    message: expect.stringContaining("is no admin plane"),
  });
  let count = 0;
  const once = await serve((_, response) => {
    count += 1;
    if (count === 1) stream(response).end();
    else json(response, 401, { title: "Unauthorized" });
  });
  expect(await following({ addr: once.url }).done).toMatchObject({ exit: 1, status: 401 });
});

it("comes again where the plane has too much to do", async () => {
  let count = 0;
  const { url } = await serve((_, response) => {
    count += 1;
    if (count === 1) stream(response).end();
    else if (count < 4) json(response, count === 2 ? 429 : 503, { title: "Later" });
    else stream(response).write("data: at last\n\n");
  });
  const { told } = following({ addr: url });
  await vi.waitFor(() => expect(told).toContain("at last"));
});

it("waits as long as the plane asks for, within its limit", async () => {
  const { url } = await serve((_, response) => stream(response).end("retry: 3600000\ndata: x\n\n"));
  const { waits } = following({ addr: url });
  await vi.waitFor(() => expect(waits.length).toBeGreaterThan(1));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(30);
  expect(Math.max(...waits)).toBeLessThanOrEqual(50);
});

it("takes a connection on which nothing comes for lost", async () => {
  const { url, asked } = await serve((_, response) => void stream(response));
  const { told } = following({ addr: url }, { silence: 50 });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1));
  expect(told[1]).toBe(`lost: ${url} has gone silent`);
});

it("does not take a mistake of ours for one of the network", async () => {
  const { url } = await serve((_, response) => stream(response).write("data: x\n\n"));
  const { terminal } = screen();
  const event = (): never => {
    throw new TypeError("ours");
  };
  const told = { opened() {}, lost() {}, event };
  await expect(follow({ addr: url }, terminal, { path: "/" }, told)).rejects.toThrow("ours");
});
