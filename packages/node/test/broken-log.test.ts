import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { listIncidents } from "../src/forensics.ts";
import { temporaryDirectory } from "./support/files.ts";

/** `broken-log-service.mjs`, after the reader of its standard output has left, as in `node app.js | head -1`. */
async function withoutReader(env: Readonly<Record<string, string>> = {}) {
  const dir = temporaryDirectory();
  const child = spawn(process.execPath, [join(import.meta.dirname, "broken-log-service.mjs")], {
    env: { ...process.env, SOP_DIR: dir, ...env },
    stdio: ["ignore", "pipe", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [port] = await once(child, "message");
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
  child.stdout?.destroy();
  await once(child.stdout as NodeJS.ReadableStream, "close");
  return { dir, ask, exited };
}

it("a service whose log has lost its reader serves on", async () => {
  const { ask, dir } = await withoutReader();
  expect(await ask("/log")).toEqual({ status: 200, body: "told" });
  expect(await ask("/log")).toEqual({ status: 200, body: "told" });
  expect(await ask("/fine")).toEqual({ status: 200, body: "fine" });
  expect(listIncidents(dir)).toEqual([]);
}, 30_000);

it("an error that nobody caught there ends it, as it does otherwise, with its incident", async () => {
  const { ask, exited, dir } = await withoutReader();
  expect((await ask("/crash")).status).toBe(503);
  expect(await exited).toEqual([1, null]);
  expect(listIncidents(dir)).toMatchObject([{ trigger: { message: "boom" }, triggerCount: 1 }]);
}, 30_000);

it("also where the application's own logger raises an error for each line of it", async () => {
  const { ask, exited, dir } = await withoutReader({ LOGGER: "application" });
  expect((await ask("/crash")).status).toBe(503);
  expect(await exited).toEqual([1, null]);
  const [incident] = listIncidents(dir);
  expect(incident).toMatchObject({ trigger: { message: "boom" } });
  expect(incident?.triggers[1]?.message).toContain("EPIPE");
}, 30_000);
