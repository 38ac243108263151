import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly said: object[];
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

async function start(mode: string): Promise<Service> {
  const child = fork(join(import.meta.dirname, "leaving.mjs"), [mode], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execPath: process.env["SOP_CONFORMANCE_NODE"] ?? process.execPath,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code, signal]) => [code as number, signal as NodeJS.Signals] as const);
  const said: object[] = [];
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  child.on("message", (message: object) => said.push(message));
  return { child, port, said, ended };
}

async function hanging({ port }: Service): Promise<void> {
  const request = get({ port, host: "127.0.0.1", path: "/hang" });
  request.on("error", () => {});
  await once(request, "finish");
}

describe("a signal", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s drains every Sop of the process once, and then ends it with 0",
    async (name) => {
      const { child, said, ended } = await start("plain");
      child.kill(name);
      expect(await ended).toEqual([0, null]);
      expect(said).toEqual([
        { drains: "first", reason: name },
        { drains: "second", reason: name },
        { pools: 1 },
        { pools: 2 },
      ]);
    },
  );

  it("keeps the exit code that was set", async () => {
    const { child, ended } = await start("exit-code");
    child.kill("SIGTERM");
    expect(await ended).toEqual([7, null]);
  });

  it("is heard by listeners of the application as well", async () => {
    const { child, said, ended } = await start("own-handler");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(said).toContainEqual({ heard: "SIGTERM" });
  });

  it("followed by a crash ends the process with 1", async () => {
    const { child, ended } = await start("crash");
    child.kill("SIGTERM");
    expect(await ended).toEqual([1, null]);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("that is %s and comes second ends the process at once with %i", async (name, code) => {
    const service = await start("plain");
    await hanging(service);
    service.child.kill("SIGTERM");
    await expect.poll(() => service.said.length).toBeGreaterThan(0);
    service.child.kill(name);
    expect(await service.ended).toEqual([code, null]);
  });

  it.each(["off", "no-signals"])("is left to Node where that is asked for (%s)", async (mode) => {
    const { child, said, ended } = await start(mode);
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(said).toEqual([]);
  });
});
