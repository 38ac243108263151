import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listIncidents, verifyBundle } from "@sop/node/forensics";
import { describe, expect, it, onTestFinished, vi } from "vitest";

const MAIN = join(import.meta.dirname, "../../dist/main.js");
const APP = join(import.meta.dirname, "app.mjs");
const WAIT = { timeout: 15_000, interval: 30 };

/** Runs `sop run` with options, and the application with arguments. */
function sopRun(options: readonly string[], app: readonly string[], { node = ["node"], env = {} } = {}) {
  const dir = mkdtempSync(join(tmpdir(), "sop-run-test-"));
  const child = spawn(
    process.execPath,
    [MAIN, "run", ...options, "--", ...node, ...(app.length > 0 ? [APP, ...app] : [])],
    {
      cwd: dir,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SOP_DIR: join(dir, "incidents"), SOP_ADMIN: "off", SOP_SENSORS: "on", ...env },
    },
  );
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await Promise.race([once(child, "exit"), sleep(2_000)]);
    }
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  });
  const said = { out: "", err: Buffer.alloc(0) };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.err = Buffer.concat([said.err, chunk]);
  });
  const closed = once(child, "close") as Promise<[code: number | null, signal: string | null]>;
  return {
    child,
    dir,
    closed,
    out: () => said.out,
    bytes: () => said.err,
    err: () => said.err.toString("utf8"),
    incidents: () => listIncidents(join(dir, "incidents")),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function pidsIn(text: string): number[] {
  return [...text.matchAll(/^listening (\d+)$/gm)].map(([, pid]) => Number(pid));
}

describe("sop run", () => {
  it.each([
    ["exit", "0", 0],
    ["exit", "3", 3],
    ["kill", "SIGKILL", 137],
    ["kill", "SIGSEGV", 139],
  ])("gives the exit code of its process: %s %s is %d", async (how, value, code) => {
    const run = sopRun(["--restart", "never"], [how, value]);
    expect((await run.closed)[0]).toBe(code);
    expect(run.incidents()).toHaveLength(code === 0 ? 0 : 1);
  });

  it("hands standard error on, byte for byte", async () => {
    const run = sopRun(["--no-attach"], ["stderr", "e282ff00c3a40a"]);
    await run.closed;
    expect(run.bytes().includes(Buffer.from("e282ff00c3a40a", "hex"))).toBe(true);
  });

  it("hands signals on, and ends with what the process says to them", async () => {
    const run = sopRun([], ["serve", "0"]);
    await vi.waitFor(() => expect(pidsIn(run.out())).toHaveLength(1), WAIT);
    run.child.kill("SIGUSR2");
    await vi.waitFor(() => expect(run.out()).toContain("got SIGUSR2"), WAIT);
    run.child.kill("SIGTERM");
    expect(await run.closed).toEqual([5, null]);
    expect(run.err()).toContain("was asked to end by SIGTERM, and did: exit 5");
  });

  it("starts it again where it failed, with a pause that grows, says that it is a loop, and gives up", async () => {
    const options = ["--max-restarts", "6", "--backoff", "10ms", "--max-backoff", "40ms", "--no-attach"];
    const run = sopRun(options, ["exit", "2"], { env: { AFTER: "0" } });
    expect((await run.closed)[0]).toBe(1);
    expect(run.err().match(/^sop run: started node /gm)).toHaveLength(7);
    expect(run.err().match(/there is something wrong with how it starts/g)).toHaveLength(1);
    expect(run.err()).toContain("it ended 7 times within 10 s each: not started again");
    const boots = run
      .incidents()
      .map(({ dir }) => JSON.parse(readFileSync(join(dir, "bundle/death.json"), "utf8")).boots);
    expect(Math.max(...boots.filter((count) => count !== undefined))).toBe(7);
  });

  it("leaves a process that ended well alone, unless it is always to be started again", async () => {
    expect((await sopRun([], ["exit", "0"], { env: { AFTER: "0" } }).closed)[0]).toBe(0);
    const options = ["--restart", "always", "--max-restarts", "2", "--backoff", "10ms", "--no-attach"];
    const run = sopRun(options, ["exit", "0"], { env: { AFTER: "0" } });
    expect((await run.closed)[0]).toBe(1);
    expect(run.err().match(/started node/g)).toHaveLength(3);
    expect(run.incidents()).toEqual([]);
  });

  it("ends while it waits to start it again, where it is asked to", async () => {
    const run = sopRun(["--backoff", "1h", "--max-backoff", "1h"], ["exit", "2"], { env: { AFTER: "0" } });
    await vi.waitFor(() => expect(run.err()).toMatch(/starts again in \d+/), WAIT);
    run.child.kill("SIGTERM");
    expect((await run.closed)[0]).toBe(143);
  });

  it("records an end for want of memory with V8's words, and what was recorded before", async () => {
    const run = sopRun(["--restart", "never"], ["oom"], {
      node: ["node", "--max-old-space-size=40"],
      env: { AFTER: "1200" },
    });
    expect((await run.closed)[0]).toBe(134);
    expect(run.err()).toContain("SIGABRT, the heap is out of memory");
    const [incident] = run.incidents();
    expect(incident).toMatchObject({ trigger: { kind: "death: SIGABRT" } });
    const read = (file: string) => JSON.parse(readFileSync(join(incident?.dir ?? "", file), "utf8"));
    expect(read("diagnosis.json")).toMatchObject({ root_cause: "crash.oom", verdict: "confirmed" });
    expect(read("bundle/death.json").stderr.join("\n")).toContain("heap out of memory");
    expect(read("bundle/window.json").samples.length).toBeGreaterThan(1);
    expect((await verifyBundle(incident?.dir ?? "")).every(({ state }) => state === "intact")).toBe(true);
  });

  it("keeps no secret of what was written to standard error", async () => {
    const run = sopRun(["--restart", "never", "--no-attach"], ["die"], { env: { AFTER: "0" } });
    expect((await run.closed)[0]).toBe(7);
    const { stderr } = JSON.parse(readFileSync(join(run.incidents()[0]?.dir ?? "", "bundle/death.json"), "utf8"));
    expect(stderr).toEqual(["cannot connect to postgres://***@db/ password=***"]);
  });

  it("says in JSON what it has to say, where it is asked to", async () => {
    const run = sopRun(["--json", "--restart", "never"], ["exit", "3"]);
    await run.closed;
    const lines = run
      .err()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual(["started", "ended", "incident"]);
    expect(lines[1]).toMatchObject({ code: 3, signal: null });
  });

  it("refuses what cannot be run, and options that are wrong", async () => {
    const none = sopRun([], [], { node: ["there-is-no-such-command"] });
    expect((await none.closed)[0]).toBe(2);
    expect(none.err()).toContain("there is no such command");
    const wrong = sopRun(["--restart", "perhaps", "--listen", "0", "--backoff", "soon"], ["exit", "0"]);
    expect((await wrong.closed)[0]).toBe(2);
    expect(wrong.err()).toMatch(/--restart[\s\S]*--backoff[\s\S]*--listen/);
    const nothing = sopRun([], [], { node: [] });
    expect((await nothing.closed)[0]).toBe(2);
  });

  it("keeps its port open: of a process that is killed 20 times under load, nobody is refused", async () => {
    const port = await freePort();
    const options = ["--listen", `127.0.0.1:${port}`, "--backoff", "10ms", "--max-backoff", "20ms"];
    const run = sopRun(options, ["serve", String(port)], { env: { SOP_SENSORS: "off" } });
    await vi.waitFor(() => expect(pidsIn(run.out())).toHaveLength(1), WAIT);
    const results = new Map<string, number>();
    let isOver = false;
    const client = async (): Promise<void> => {
      const agent = new Agent({ keepAlive: false });
      while (!isOver) {
        const result = await new Promise<string>((resolve) => {
          get({ port, host: "127.0.0.1", agent }, (response) => response.resume().on("end", () => resolve("ok"))).on(
            "error",
            (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"),
          );
        });
        results.set(result, (results.get(result) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (let i = 1; i <= 20; i++) {
      await vi.waitFor(() => expect(pidsIn(run.out())).toHaveLength(i), WAIT);
      await sleep(50);
      process.kill(pidsIn(run.out()).at(-1) ?? 0, "SIGKILL");
    }
    await vi.waitFor(() => expect(pidsIn(run.out())).toHaveLength(21), WAIT);
    await sleep(200);
    isOver = true;
    await Promise.all(clients);
    expect(results.get("ok")).toBeGreaterThan(100);
    expect(results.get("ECONNREFUSED")).toBeUndefined();
    // At most those that were being answered are cut.
    expect(results.get("ECONNRESET") ?? 0).toBeLessThanOrEqual(20 * 8);
  }, 90_000);
});
