import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { run } from "../../src/index.ts";
import { screen, sop, temporary } from "../plane/stub.ts";

const isLinux = process.platform === "linux";
const PATIENCE = { timeout: 15_000, interval: 50 };
let dir: string;

beforeEach(() => {
  vi.stubEnv("SOP_ADMIN_TOKEN", undefined);
  dir = temporary();
});

/** A process that says when it is ready, until the test is finished. */
async function started(command: string, args: readonly string[], env = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"], SOP_DIR: dir, SOP_ADMIN: "on", ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child as ChildProcess & { pid: number };
}

const service = (how = "inspector") => started(process.execPath, [join(import.meta.dirname, "service.mjs"), how]);
const plain = (...options: readonly string[]) =>
  started(process.execPath, [...options, "-e", "setInterval(() => {}, 1_000); console.log('ready')"]);

/** The command as it runs until Ctrl-C; `shown` is what it said of the process. */
async function attached(...args: readonly string[]) {
  const abort = new AbortController();
  const { text, terminal } = screen(abort.signal);
  const code = run(["attach", ...args, "--json", "--dir", dir], terminal);
  await vi.waitFor(() => expect(text.out + text.err).not.toBe(""), PATIENCE);
  expect(text.err).toBe("");
  return { shown: JSON.parse(text.out), abort, code, text };
}

function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    get({ host: hostname, port, path: "/json/version", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on("error", () => resolve(false));
  });
}

describe("sop attach", () => {
  it("has the service open its inspector, tells how to connect, and closes it with Ctrl-C", async () => {
    const { pid } = await service();
    const { shown, abort, code } = await attached(String(pid));
    expect(shown).toMatchObject({ pid, by: "plane", url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\//) });
    expect(shown.until - Date.now()).toBeGreaterThan(280_000);
    expect(await isOpen(shown.url)).toBe(true);
    const said = JSON.stringify(shown.ways);
    const { host, port } = new URL(shown.url);
    for (const part of ["devtools://", `node inspect ${host}`, `gdb -p ${pid}`, `lldb -p ${pid}`, `-L ${port}:`]) {
      expect(said).toContain(part);
    }
    abort.abort();
    expect(await code).toBe(0);
    await vi.waitFor(async () => expect(await isOpen(shown.url)).toBe(false), PATIENCE);
  });

  it("leaves the end to the service where it does not wait for it", async () => {
    const { pid } = await service();
    const { code, out } = await sop("attach", String(pid), "--for", "2s", "--detach", "--dir", dir);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Process ${pid} is open for debuggers at 127\\.0\\.0\\.1:\\d+ until `));
    const url = `http://${/at (127\.0\.0\.1:\d+)/.exec(out)?.[1]}`;
    expect(await isOpen(url)).toBe(true);
    await vi.waitFor(async () => expect(await isOpen(url)).toBe(false), PATIENCE);
  });

  it("is refused by a service that does not allow it", async () => {
    const { pid } = await service("closed");
    const { code, err } = await sop("attach", String(pid), "--dir", dir);
    expect([code, err]).toEqual([1, expect.stringMatching(/does not allow it: give it admin: \{ inspector: true \}/)]);
  });

  it("asks nobody with --signal, and closes it when the time is over", async () => {
    const { pid } = await plain("--inspect-port=0");
    const { shown, code } = await attached(String(pid), "--signal", "--for", "2s");
    expect(shown).toMatchObject({ pid, by: "signal" });
    expect(await isOpen(shown.url)).toBe(true);
    expect(await code).toBe(0);
    expect(await isOpen(shown.url)).toBe(false);
  });

  it.runIf(isLinux)("leaves an inspector alone that was open already", async () => {
    const { pid } = await plain("--inspect=127.0.0.1:0");
    const { code, out } = await sop("attach", String(pid), "--signal");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/was open for debuggers already, at 127\.0\.0\.1:\d+, and stays so/),
    ]);
  });

  it.runIf(isLinux)("does not open an inspector to other machines", async () => {
    const child = await plain("--inspect-port=0.0.0.0:0");
    const { code, err } = await sop("attach", String(child.pid), "--signal");
    expect([code, err]).toEqual([1, expect.stringMatching(/would listen at 0\.0\.0\.0/)]);
    const byEnvironment = await started(
      process.execPath,
      ["-e", "setInterval(() => {}, 1_000); console.log('ready')"],
      { NODE_OPTIONS: "--inspect-port=[::]:0" },
    );
    expect((await sop("attach", String(byEnvironment.pid), "--signal")).code).toBe(1);
  });

  it.runIf(isLinux)("says so where one listens beyond loopback already", async () => {
    const { pid } = await plain("--inspect=0.0.0.0:0");
    const { code, err } = await sop("attach", String(pid), "--signal");
    expect([code, err]).toEqual([1, expect.stringMatching(/listens at 0\.0\.0\.0:\d+, beyond loopback/)]);
  });

  it("never sends the signal to what is not Node: it would end it", async () => {
    const child = spawn("sleep", ["60"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    for (const how of [["--signal"], []]) {
      const { code, err } = await sop("attach", String(child.pid), ...how);
      expect([code, err]).toEqual([3, `sop: process ${child.pid} is not Node: it runs sleep\n`]);
    }
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
  });

  it("says that a process is gone, or another user's", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const gone = await sop("attach", String(child.pid), "--json");
    expect([gone.code, JSON.parse(gone.out).error.message]).toEqual([
      3,
      `there is no process ${child.pid}: it has ended`,
    ]);
    vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const other = await sop("attach", "1");
    expect([other.code, other.err]).toEqual([3, "sop: process 1 is another user's: ask as that user, or as root\n"]);
  });

  it("asks for the plane, or for --signal, where it knows no plane of the process", async () => {
    const { pid } = await plain();
    const { code, err } = await sop("attach", String(pid), "--dir", dir);
    expect([code, err]).toEqual([3, expect.stringMatching(/no admin plane of process \d+ is known.*--signal/)]);
  });

  it("takes only what it can use", async () => {
    for (const pid of ["0", "-1", "x", "1e3", "99999999999", ""]) expect((await sop("attach", pid)).code).toBe(2);
    for (const more of [
      ["--for", "2h"],
      ["--for", "x"],
      ["--port", "70000"],
      ["--signal", "--detach"],
    ]) {
      const { code, err } = await sop("attach", String(process.pid), ...more);
      expect([code, err]).toEqual([
        2,
        expect.stringContaining(more[0] === "--signal" ? "--detach" : (more[0] as string)),
      ]);
    }
    const { code, out } = await sop("attach", "--help");
    expect([code, out]).toEqual([0, expect.stringMatching(/Example:\n {2}sop attach 4711/)]);
  });
});
