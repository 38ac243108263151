import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listIncidents } from "../../src/forensics.ts";
import { readJson, temporaryDirectory } from "../support/files.ts";
import { adminOf, counted, IMPORT, REQUIRE, start } from "./attached.ts";

const file = (name: string): string => join(import.meta.dirname, "../../dist", name);

function line(route: string, status = 200, method = "GET", count = 1): string {
  return `http_requests_total{method="${method}",route="${route}",status="${status}"} ${count}`;
}

describe("an application that was not changed", () => {
  it.each([
    ["express4.cjs", "/shops/:id/items/:item"],
    ["express5.mjs", "/shops/:id/items/:item"],
    ["fastify.mjs", "/shops/:shop/items/:item"],
    ["hono.mjs", "/shops/:id/items/:id"],
    ["nest.mjs", "/shops/:shop/items/:item"],
    ["plain.mjs", "/shops/:id/items/:id"],
    ["plain.cjs", "/shops/:id/items/:id"],
  ])("of %s has each request counted once, under %s", async (app, route) => {
    const { dir, get: ask } = await start(app);
    expect((await ask("/shops/17/items/3")).status).toBe(200);
    expect((await ask("/shops/18/items/4?deep=1")).status).toBe(200);
    await expect.poll(() => counted(dir)).toEqual([line(route, 200, "GET", 2)]);
  });

  it.each([
    ["--require of the package", REQUIRE],
    ["--import of the file", ["--import", file("register.js")]],
    ["--require of the file", ["--require", file("register.cjs")]],
    ["both", [...IMPORT, ...REQUIRE]],
  ])("is attached to by %s", async (_name, args) => {
    const { dir, get: ask } = await start("plain.cjs", { with: args });
    await ask("/x");
    await expect.poll(() => counted(dir)).toEqual([line("/x")]);
  });

  it("is called as its package, unless the environment says otherwise", async () => {
    const { dir } = await start("plain.cjs");
    expect(await adminOf(dir)).toMatchObject({ service: "@sop/node" });
    const named = await start("plain.cjs", { env: { SOP_SERVICE: "catalog" } });
    expect(await adminOf(named.dir)).toMatchObject({ service: "catalog" });
  });

  it("has all its servers watched, prints nothing more, and keeps its messages", async () => {
    const { child, dir, ports, printed, get: ask, stderr } = await start("plain.cjs");
    await expect.poll(() => ports.length).toBe(2);
    await ask("/a", ports[0]);
    await ask("/b", ports[1]);
    await expect.poll(() => counted(dir)).toEqual([line("/a"), line("/b")]);
    const echoed = new Promise((resolve) => child.once("message", resolve));
    child.send("hello");
    expect(await echoed).toEqual({ echo: "hello" });
    expect([printed, stderr()]).toEqual([[], ""]);
  });

  it("answers no request late because of a caller's deadline", async () => {
    const { dir, ports } = await start("plain.cjs");
    const response = await fetch(`http://127.0.0.1:${ports[0]}/slow`, {
      headers: { "x-envoy-expected-rq-timeout-ms": "50" },
    });
    expect([response.status, await response.text()]).toEqual([200, "slow"]);
    await expect.poll(() => counted(dir)).toEqual([line("/slow")]);
  });

  it("ends by SIGTERM as before", async () => {
    const { child, exited } = await start("plain.cjs");
    child.kill("SIGTERM");
    expect(await exited).toEqual([null, "SIGTERM"]);
  });

  it("runs without us where our configuration is wrong, and says so in a line", async () => {
    const { get: ask, stderr } = await start("plain.cjs", { env: { SOP_ADMIN_HOST: "10.0.0.1" } });
    expect((await ask("/x")).status).toBe(200);
    expect(stderr()).toMatch(/^sop: not attached, the application runs without: .*admin.host.*\n$/);
  });

  it("that makes a Sop of its own keeps that one alone", async () => {
    const { dir, get: ask } = await start("own-sop.mjs", { env: { SOP_ADMIN_PORT: "0" } });
    expect(await ask("/x")).toEqual({ status: 200, body: "/own" });
    expect(await adminOf(dir)).toMatchObject({ service: "own" });
    await expect.poll(() => counted(dir)).toEqual([line("/own")]);
  });
});

it("leaves the requests of an application to the Sop that its adapter made, and says so", async () => {
  const { dir, get: ask, stderr } = await start("own-core-sop.mjs");
  expect(await ask("/x")).toEqual({ status: 200, body: "/own" });
  await adminOf(dir);
  expect(await counted(dir)).toEqual([]);
  expect(stderr().match(/has a Sop of its own/g)).toHaveLength(1);
});

describe("an error that nobody caught in an application that was not changed", () => {
  it.each([
    ["/timer", "crash.uncaught", "Error: in a timer"],
    ["/sync", "crash.uncaught", "TypeError: at once"],
    ["/rejection", "crash.unhandled_rejection", "RangeError: nobody waits"],
  ])("of %s is answered with 503, the others finish, and the process leaves with 1", async (path, cause, text) => {
    const { dir, exited, get: ask, stderr } = await start("plain.cjs");
    const slow = ask("/slow");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await ask(path)).status).toBe(503);
    expect(await slow).toEqual({ status: 200, body: "slow" });
    expect(await exited).toEqual([1, null]);
    expect(stderr()).toContain(text);
    const [incident, ...others] = listIncidents(dir);
    expect(others).toEqual([]);
    expect(readJson(incident?.dir ?? "", "diagnosis.json")).toMatchObject({ root_cause: cause, route: path });
  });

  it("ends it too where nobody reads its standard error any more", async () => {
    const { child, dir, exited, get: ask } = await start("plain.cjs");
    child.stderr?.destroy();
    expect((await ask("/timer")).status).toBe(503);
    expect(await exited).toEqual([1, null]);
    expect(listIncidents(dir)).toMatchObject([{ triggerCount: 1 }]);
  });

  it("ends it too where nothing can be recorded, which is said", async () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    const {
      exited,
      get: ask,
      stderr,
    } = await start("plain.cjs", {
      env: { SOP_DIR: join(file, "incidents"), SOP_SENSORS: "on" },
    });
    expect((await ask("/timer")).status).toBe(503);
    expect(await exited).toEqual([1, null]);
    expect(stderr()).toContain("the incident could not be recorded");
    expect(stderr().split("cannot write its file")).toHaveLength(2);
  });

  it("ends it too where a listener to its exit throws", async () => {
    const { exited, get: ask, stderr } = await start("plain.cjs", { env: { APP_FAILS_AT_EXIT: "1" } });
    expect((await ask("/timer")).status).toBe(503);
    expect(await exited).toEqual([1, null]);
    expect(stderr()).toContain("on its way out");
  });

  it("in a chunk of a body belongs to the request of that body", async () => {
    const { dir, exited, ports } = await start("plain.cjs");
    const url = `http://127.0.0.1:${ports[0]}/body`;
    expect((await fetch(url, { method: "POST", body: "a body" })).status).toBe(503);
    expect(await exited).toEqual([1, null]);
    expect(readJson(listIncidents(dir)[0]?.dir ?? "", "diagnosis.json")).toMatchObject({ route: "/body" });
  });

  it("leaves the decision to the application where that listens itself, with the evidence on disk", async () => {
    const { dir, get: ask, stderr } = await start("plain.cjs", { env: { APP_HANDLES: "1" } });
    expect((await ask("/timer")).status).toBe(503);
    expect((await ask("/x")).status).toBe(200);
    expect(stderr()).toContain("kept: in a timer");
    expect(listIncidents(dir)).toHaveLength(1);
  });

  it("belongs to its own request on a connection that is kept, not to the next one", async () => {
    const { dir, exited, ports } = await start("plain.cjs");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) =>
      new Promise<number>((resolve) => {
        get({ agent, port: ports[0], path, host: "127.0.0.1" }, (response) => {
          response.resume().once("end", () => resolve(response.statusCode ?? 0));
        });
      });
    expect(await ask("/first")).toBe(200);
    expect(await ask("/second")).toBe(200);
    expect(await ask("/timer")).toBe(503);
    agent.destroy();
    expect(await exited).toEqual([1, null]);
    expect(readJson(listIncidents(dir)[0]?.dir ?? "", "diagnosis.json")).toMatchObject({ route: "/timer" });
  });
});
