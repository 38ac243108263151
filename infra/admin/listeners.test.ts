import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";

const TOKEN = "token-of-this-test";
const PATH = "/debug/mw/events?types=flag";
const LISTENERS = 1_000;
const MOST = 20 * 2 ** 20;

/** The memory of a process, when it has had time to settle. */
async function memoryOf(service: ChildProcess): Promise<number> {
  await after(2_000);
  service.send({});
  const [{ rss }] = (await once(service, "message")) as [{ rss: number }];
  return rss;
}

it("1,000 who follow the events and hear nothing take at most 20 MB beside what the first ones brought, and hear what comes", {
  timeout: 60_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), "sop-admin-"));
  const env = { ...process.env, TOKEN, SOP_DIR: dir };
  const service = fork(join(import.meta.dirname, "service.mjs"), { env, execArgv: ["--expose-gc"] });
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    service.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  });
  const [{ url }] = (await once(service, "message")) as [{ url: string }];
  let heard = 0;
  const follow = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("utf8");
    sockets.push(socket);
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nX-Admin-Token: ${TOKEN}\r\n\r\n`);
    await once(socket, "data");
    socket.on("data", (text: string) => {
      if (text.includes("event: flag")) heard++;
    });
    return socket;
  };
  const thousand = async (when: string): Promise<number> => {
    const before = await memoryOf(service);
    for (let i = 0; i < LISTENERS; i++) await follow();
    const taken = (await memoryOf(service)) - before;
    console.log(`${LISTENERS} listeners take ${(taken / 2 ** 20).toFixed(1)} MB ${when}`);
    return taken;
  };
  // With the first ones comes code that is compiled and a heap that grows, which those after them find there: 18 to 23 MB in all.
  await thousand("where there were none before");
  for (const socket of sockets.splice(0)) socket.destroy();
  const taken = await thousand("where there were as many before");
  expect(taken).toBeLessThan(MOST);
  const headers = { "x-admin-token": TOKEN, "content-type": "application/json" };
  await fetch(`${url}/debug/mw/flags/fast`, { method: "PUT", headers, body: JSON.stringify({ value: false }) });
  await expect.poll(() => heard, { timeout: 10_000 }).toBe(LISTENERS);
});
