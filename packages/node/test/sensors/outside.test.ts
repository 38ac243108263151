import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { SampleFieldName } from "@sop/core";
import { expect, it, onTestFinished, vi } from "vitest";
import { FIGURE, makeFigures } from "../../src/blackbox/main-slot.ts";
import { ControlGroup } from "../../src/sensors/outside/cgroup.ts";
import { OutsideSampler } from "../../src/sensors/outside/outside-sampler.ts";

function read(sampler: OutsideSampler, elapsed = 200): (name: SampleFieldName) => number {
  const figures = makeFigures();
  sampler.read(elapsed, figures);
  return (name) => figures[FIGURE[name]] as number;
}

function tree(files: Readonly<Record<string, string>>): { proc: string; cgroup: string } {
  const root = mkdtempSync(join(tmpdir(), "sop-proc-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { proc: join(root, "proc"), cgroup: join(root, "cgroup") };
}

it("counts the descriptors of this process by their kinds", () => {
  const sampler = new OutsideSampler();
  onTestFinished(() => sampler.close());
  // The files that it keeps open itself are open from the first time on.
  read(sampler);
  const before = read(sampler, 10_000);
  const files = Array.from({ length: 40 }, () => openSync(import.meta.filename, "r"));
  const after = read(sampler, 60_000);
  for (const file of files) closeSync(file);
  expect(after("fd_count") - before("fd_count")).toBe(40);
  expect(after("fd_file_count") - before("fd_file_count")).toBe(40);
  expect(after("fd_limit_count")).toBeGreaterThan(40);
});

it("sees resident memory, and the processor time of a process and of its main thread", async () => {
  const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  const sampler = new OutsideSampler(child.pid);
  const started = performance.now();
  read(sampler);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const figure = read(sampler, performance.now() - started);
  child.kill("SIGKILL");
  expect(figure("rss_bytes")).toBeGreaterThan(1e6);
  // How much it gets is the machine's business.
  expect(figure("main_cpu_ratio")).toBeGreaterThan(0);
  expect(figure("cpu_ratio")).toBeGreaterThanOrEqual(figure("main_cpu_ratio"));
});

it("counts connections that wait to be accepted", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const client = spawn(process.execPath, [
    "-e",
    `for (let i = 0; i < 5; i++) require("net").connect(${port}, "127.0.0.1").on("error", () => {})`,
  ]);
  // This loop is blocked, so that nothing is accepted.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  expect(read(new OutsideSampler())("tcp_backlog_count")).toBe(5);
  client.kill();
  server.close();
});

it("tells connections that were accepted from those that were made", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const sampler = new OutsideSampler();
  const before = read(sampler, 60_000);
  const client = spawn(process.execPath, [
    "-e",
    `for (let i = 0; i < 5; i++) require("net").connect(${port}, "127.0.0.1").on("error", () => {})`,
  ]);
  const accepted: Socket[] = [];
  server.on("connection", (socket) => accepted.push(socket));
  await vi.waitFor(() => expect(accepted).toHaveLength(5), 5_000);
  // One end of it is its own: it is both made and accepted.
  const own = connect(port, "127.0.0.1");
  await vi.waitFor(() => expect(accepted).toHaveLength(6), 5_000);
  const after = read(sampler, 60_000);
  expect(after("tcp_accepted_count") - before("tcp_accepted_count")).toBe(6);
  expect(after("tcp_established_count") - before("tcp_established_count")).toBe(7);
  client.kill();
  own.destroy();
  for (const socket of accepted) socket.destroy();
  server.close();
});

it("names each figure whose source is not there, and gives no zero in its place", () => {
  const sampler = new OutsideSampler(7, tree({ "proc/8/stat": "" }));
  const figure = read(sampler);
  for (const name of ["fd_count", "rss_bytes", "cpu_ratio", "cgroup_memory_bytes", "tcp_backlog_count"] as const) {
    expect(figure(name)).toBeNaN();
    expect(sampler.missing()).toContainEqual(
      expect.stringMatching(new RegExp(`(^|, )${name}(, .*)?: .*/proc/7/.*: ENOENT$`)),
    );
  }
});

const v1 = {
  "proc/7/cgroup": "4:memory:/pod/x\n1:cpu,cpuacct:/pod/x\n0::/\n",
  "cgroup/memory/pod/x/memory.usage_in_bytes": "1000\n",
  "cgroup/memory/pod/x/memory.limit_in_bytes": "4000\n",
  "cgroup/memory/pod/x/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
  "cgroup/cpu/pod/x/cpu.stat": "nr_periods 1\nnr_throttled 1\nthrottled_time 5000000\n",
};
const v2 = {
  "proc/7/cgroup": "0::/pod/x\n",
  "cgroup/pod/x/memory.current": "1000\n",
  "cgroup/pod/x/memory.max": "max\n",
  "cgroup/pod/x/memory.events": "low 0\noom 3\noom_kill 2\n",
  "cgroup/pod/x/cpu.stat": "usage_usec 1\nthrottled_usec 5000\n",
};

it("reads the control group of version 1 beside an empty one of version 2", () => {
  const { proc, cgroup } = tree(v1);
  const group = new ControlGroup(proc, 7, cgroup);
  expect(group.read(1_000)).toEqual({ cgroup_memory_bytes: 1000, cgroup_memory_limit_bytes: 4000 });
  writeFileSync(join(cgroup, "memory/pod/x/memory.oom_control"), "oom_kill 3\n");
  writeFileSync(join(cgroup, "cpu/pod/x/cpu.stat"), "throttled_time 8000000\n");
  expect(group.read(1_000)).toMatchObject({ cgroup_oom_kills_count: 1, cgroup_throttled_ms: 3 });
});

it("reads the control group of version 2, where no limit is none", () => {
  const { proc, cgroup } = tree(v2);
  const group = new ControlGroup(proc, 7, cgroup);
  expect(group.read(1_000)).toEqual({ cgroup_memory_bytes: 1000 });
  expect(group.read(1_000)).toEqual({ cgroup_memory_bytes: 1000, cgroup_oom_kills_count: 0, cgroup_throttled_ms: 0 });
});

it("takes the root of a container that is told its path on the host", () => {
  const { proc, cgroup } = tree({
    "proc/7/cgroup": "0::/kubepods/y\n",
    "cgroup/memory.current": "7\n",
    "cgroup/memory.max": "9\n",
  });
  expect(new ControlGroup(proc, 7, cgroup).read(1_000)).toEqual({
    cgroup_memory_bytes: 7,
    cgroup_memory_limit_bytes: 9,
  });
});

it("a group without a memory controller is missing", () => {
  const { proc, cgroup } = tree({ "proc/7/cgroup": "0::/\n" });
  expect(() => new ControlGroup(proc, 7, cgroup).read(1_000)).toThrow("no control group with a memory controller");
});

it("a limit of a group above is in force where it is less", () => {
  const { proc, cgroup } = tree({
    ...v2,
    "cgroup/pod/x/memory.max": "9000\n",
    "cgroup/pod/memory.max": "3000\n",
  });
  expect(new ControlGroup(proc, 7, cgroup).read(1_000)).toMatchObject({ cgroup_memory_limit_bytes: 3000 });
});

it("a limit that is changed is seen, and counters that begin anew are no negative number", () => {
  const { proc, cgroup } = tree(v2);
  const group = new ControlGroup(proc, 7, cgroup);
  group.read(1_000);
  writeFileSync(join(cgroup, "pod/x/memory.max"), "5000\n");
  writeFileSync(join(cgroup, "pod/x/memory.events"), "oom_kill 0\n");
  expect(group.read(10_000)).toMatchObject({ cgroup_memory_limit_bytes: 5000, cgroup_oom_kills_count: 0 });
});

it("a machine without /proc has none of its figures, each source named once", () => {
  const sampler = new OutsideSampler(7, { proc: "/nowhere/proc", cgroup: "/nowhere/cgroup" });
  const figures = makeFigures();
  sampler.read(200, figures);
  expect([...figures].filter((figure) => !Number.isNaN(figure))).toEqual([]);
  expect(sampler.missing()).toEqual([
    "cpu_ratio, main_cpu_ratio: /nowhere/proc/7/stat: ENOENT",
    "rss_bytes: /nowhere/proc/7/statm: ENOENT",
    expect.stringMatching(/^tcp_established_count, .*: \/nowhere\/proc\/7\/fd: ENOENT$/),
    expect.stringMatching(/^fd_count, .*: \/nowhere\/proc\/7\/limits: ENOENT$/),
    expect.stringMatching(/^cgroup_memory_bytes, .*: \/nowhere\/proc\/7\/cgroup: ENOENT$/),
  ]);
});

it("a source that comes back is read again", () => {
  const roots = tree({ "proc/8/stat": "" });
  const sampler = new OutsideSampler(7, roots);
  expect(read(sampler)("rss_bytes")).toBeNaN();
  mkdirSync(join(roots.proc, "7"));
  writeFileSync(join(roots.proc, "7/statm"), "100 50 1 1 0 1 0\n");
  expect(read(sampler)("rss_bytes")).toBeNaN();
  read(sampler, 10_000);
  expect(read(sampler)("rss_bytes")).toBe(50 * 4096);
  expect(sampler.missing().join()).not.toContain("rss_bytes");
});

it("reads the name of a process whatever is in it", () => {
  const line = (ticks: number) => `7 (a (b) c) S ${"1 ".repeat(10)}${ticks} 0 0`;
  const roots = tree({ "proc/7/stat": line(100), "proc/7/task/7/stat": line(50) });
  const sampler = new OutsideSampler(7, roots);
  expect(read(sampler)("cpu_ratio")).toBeNaN();
  writeFileSync(join(roots.proc, "7/stat"), line(110));
  writeFileSync(join(roots.proc, "7/task/7/stat"), line(55));
  const figure = read(sampler, 200);
  expect([figure("cpu_ratio"), figure("main_cpu_ratio")]).toEqual([0.5, 0.25]);
});

/** Runs code in a process of its own, with a limit of descriptors where one is given; it says `ready` when it is. */
async function running(code: string, limit?: number) {
  const node = [process.execPath, "-e", code];
  const [command = "", ...args] = limit === undefined ? node : ["prlimit", `--nofile=${limit}`, ...node];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

it("counts the sockets of a process by their state", async () => {
  const child = await running(`
    const net = require("node:net");
    const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.resume()).listen(0, "127.0.0.1", () => {
      let left = 6;
      for (let i = 0; i < 6; i++) {
        const socket = net.connect({ port: server.address().port, host: "127.0.0.1" }, () => {
          // The server's half of these three stays open.
          if (i < 3) socket.end();
          if (--left === 0) setTimeout(() => console.log("ready"), 300);
        });
      }
    });
  `);
  const figure = read(new OutsideSampler(child.pid));
  expect(figure("tcp_close_wait_count")).toBe(3);
  expect(figure("tcp_established_count")).toBe(6);
  expect(figure("tcp_syn_sent_count")).toBe(0);
  expect(figure("tcp_backlog_count")).toBe(0);
  expect(figure("fd_socket_count")).toBeGreaterThanOrEqual(13);
  expect(figure("fd_pipe_count")).toBeGreaterThan(0);
});
