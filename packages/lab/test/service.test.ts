import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startService } from "../src/index.ts";
import { started } from "./support.ts";

describe("a started service", () => {
  it("listens on a free port of loopback, whatever address it asks for", async () => {
    const one = await started("service.mjs");
    const other = await started("service.mjs");
    expect(one.port).not.toBe(80);
    expect(other.port).not.toBe(one.port);
    expect(await one.send({ method: "GET", path: "/seen" })).toMatchObject({ status: 200, body: "[]" });
    expect(await one.crashed()).toBeUndefined();
  });

  it("gets the given environment, and nothing of the test runner's", async () => {
    const { send } = await started("service.mjs", { env: { SHOP: "open", PATH: undefined } });
    const env = JSON.parse((await send({ method: "GET", path: "/env" })).body);
    expect(env).toMatchObject({ SHOP: "open", PORT: "0" });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(["PATH"]));
    expect(Object.keys(env).filter((name) => /^VITEST/.test(name))).toEqual([]);
    expect(env.NODE_ENV).not.toBe("test");
  });

  it("is gone when it was stopped, twice too", async () => {
    const service = await startService(join(import.meta.dirname, "service.mjs"));
    await service.stop();
    await service.stop();
    expect((await service.send({ method: "GET", path: "/seen" })).status).toBeUndefined();
  });

  it("that ends before it listens is an error with what it wrote", async () => {
    const dir = mkdtempSync(join(tmpdir(), "sop-lab-test-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, "broken.mjs"), 'import "not-there";');
    await expect(startService("broken.mjs", { cwd: dir })).rejects.toMatchObject({
      code: "SOP_ERR_LAB",
      message: expect.stringMatching(/broken\.mjs ended before it listened[\s\S]*not-there/),
    });
  });

  it("that never listens is an error too", async () => {
    const dir = mkdtempSync(join(tmpdir(), "sop-lab-test-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, "idle.mjs"), "setInterval(() => {}, 1000);");
    await expect(startService("idle.mjs", { cwd: dir, timeout: 300 })).rejects.toThrow(/within 300 ms/);
  });
});

describe("a request", () => {
  it("arrives as it was given: headers in order and spelling, and the body", async () => {
    const { send } = await started("service.mjs");
    const headers = [
      ["X-Second", "2"],
      ["x-first", "1"],
      ["Content-Length", "3"],
      ["Host", "shop.example"],
      ["Connection", "close"],
    ] as const;
    const { body } = await send({ method: "POST", path: "/echo", headers, body: "abc" });
    expect(JSON.parse(body)).toEqual({ method: "POST", headers: headers.flat(), body: "abc" });
  });

  it("of which the client leaves in the middle is cut there", async () => {
    const { send } = await started("service.mjs");
    await send({ method: "POST", path: "/echo", headers: [["Content-Length", "10"]], body: "abc", end: "cut" });
    await vi.waitFor(async () => {
      expect(JSON.parse((await send({ method: "GET", path: "/seen" })).body)).toEqual(["abc|ECONNRESET"]);
    });
  });

  it("whose rest never comes stays open until the time is over", async () => {
    const { send } = await started("service.mjs", { timeout: 2_000 });
    const chunked = [["Transfer-Encoding", "chunked"]] as const;
    const answer = await send({ method: "POST", path: "/echo", headers: chunked, body: "abc", end: "open" });
    expect(answer).toEqual({ status: undefined, headers: {}, body: "", isComplete: false });
  });

  it("that nobody answers, or with half an answer, says so", async () => {
    const { send } = await started("service.mjs", { timeout: 1_000 });
    expect((await send({ method: "GET", path: "/silent" })).status).toBeUndefined();
    expect(await send({ method: "GET", path: "/cut" })).toMatchObject({ status: 200, body: "half", isComplete: false });
  });
});

describe("a crash", () => {
  it.each([
    ["/throw", { origin: "uncaughtException", type: "TypeError", message: "thrown" }],
    ["/later", { origin: "uncaughtException", type: "RangeError", message: "thrown later" }],
    ["/reject", { origin: "unhandledRejection", type: "string", message: "'a text'" }],
    ["/exit", { origin: "exit", message: "ended with code 3" }],
  ])("by GET %s is seen", async (path, crash) => {
    const service = await started("service.mjs");
    await service.send({ method: "GET", path });
    expect(await service.crashed()).toMatchObject(crash);
  });

  it("is also an event loop that does not come round", async () => {
    const service = await started("service.mjs", { timeout: 1_000 });
    await service.send({ method: "GET", path: "/block" });
    expect(await service.crashed()).toMatchObject({ origin: "exit", message: "the event loop does not come round" });
  });
});

describe("an alias", () => {
  /** A service that loads `part` by import and by require, and two packages that may be that part. */
  function project(): string {
    const dir = mkdtempSync(join(tmpdir(), "sop-lab-test-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    for (const name of ["part", "part-fixed"]) {
      mkdirSync(join(dir, "node_modules", name, "lib"), { recursive: true });
      writeFileSync(join(dir, "node_modules", name, "package.json"), JSON.stringify({ name, main: "lib/main.js" }));
      writeFileSync(join(dir, "node_modules", name, "lib/main.js"), `module.exports = "${name}";`);
      writeFileSync(join(dir, "node_modules", name, "lib/other.js"), `module.exports = "other of ${name}";`);
    }
    const code = `import { createRequire } from "node:module";
      import { createServer } from "node:http";
      import part from "part";
      const require = createRequire(import.meta.url);
      const loaded = [part, require("part"), require("part/lib/other.js")];
      createServer((_req, res) => res.end(loaded.join())).listen(0);`;
    writeFileSync(join(dir, "service.mjs"), code);
    return dir;
  }

  async function loaded(alias?: Record<string, string>): Promise<string> {
    const service = await started("service.mjs", { cwd: project(), ...(alias && { alias }) });
    return (await service.send({ method: "GET", path: "/" })).body;
  }

  it("puts a package in the place of another, by import and by require, with its subpaths", async () => {
    expect(await loaded()).toBe("part,part,other of part");
    expect(await loaded({ part: "part-fixed" })).toBe("part-fixed,part-fixed,other of part-fixed");
  });

  it("comes from the environment where none is given", async () => {
    vi.stubEnv("SOP_LAB_ALIAS", "part=part-fixed");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await loaded()).toContain("part-fixed");
    expect(await loaded({})).toBe("part,part,other of part");
  });
});
