import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { listIncidents, verifyBundle } from "../../packages/node/dist/forensics.js";

/** How often each kind of death is tried. */
const KILLS = Number(process.env["SOP_KILLS"] ?? 10);
const SECRET = "hunter22hunter22";
const SERVICE = join(import.meta.dirname, "service.mjs");
const WAIT = { timeout: 20_000, interval: 25 };
const GROUPS = "/sys/fs/cgroup/memory";

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exited: Promise<unknown>;
  said(): string;
}

async function start(dir: string, execArgv: readonly string[] = []): Promise<Running> {
  const child = fork(SERVICE, {
    cwd: dir,
    execArgv: [...execArgv],
    stdio: ["ignore", "pipe", "ignore", "ipc"],
    env: { ...process.env, SOP_DIR: join(dir, "incidents"), SOP_SENSORS: "on", SOP_LOG_LEVEL: "error" },
  });
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [port] = (await once(child, "message")) as [number];
  return { child, url: `http://127.0.0.1:${port}`, exited, said: () => said };
}

/** Asks for `ms` milliseconds, with a secret in each place; returns how many answers were as they should be. */
async function load(url: string, ms: number): Promise<number> {
  const until = Date.now() + ms;
  let ok = 0;
  while (Date.now() < until || ok < 10) {
    const headers = { authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}`, "x-secret": SECRET };
    const { status } = await fetch(`${url}/work?token=${SECRET}`, { headers });
    if (status === 200) ok++;
    await sleep(10);
  }
  return ok;
}

function boxes(dir: string): string[] {
  try {
    return readdirSync(join(dir, "incidents/flight")).filter((name) => name.endsWith(".box"));
  } catch {
    return [];
  }
}

const say = ({ url }: Running, path: string): void => void fetch(`${url}${path}`).catch(() => {});

/** A control group of its own for each process, with little memory. */
function limit({ child }: Running): () => void {
  const group = join(GROUPS, `sop-kill-${child.pid}`);
  mkdirSync(group);
  writeFileSync(join(group, "memory.limit_in_bytes"), String(160 * 2 ** 20));
  writeFileSync(join(group, "cgroup.procs"), String(child.pid));
  return () => rmdirSync(group);
}

function canLimit(): boolean {
  try {
    const group = join(GROUPS, `sop-kill-${process.pid}`);
    mkdirSync(group);
    writeFileSync(join(group, "memory.limit_in_bytes"), String(2 ** 30));
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

interface Kind {
  readonly name: string;
  readonly execArgv?: readonly string[];
  /** Whether the process can write the incident itself. */
  readonly writesItself?: boolean;
  readonly isPossible?: boolean;
  prepare?(running: Running): () => void;
  die(running: Running): void;
}

const KINDS: readonly Kind[] = [
  { name: "SIGKILL", die: ({ child }) => void child.kill("SIGKILL") },
  { name: "abort", die: (running) => say(running, "/abort") },
  { name: "a heap that is full", execArgv: ["--max-old-space-size=40"], die: (running) => say(running, "/heap") },
  {
    name: "a control group that is full",
    isPossible: canLimit(),
    prepare: limit,
    die: (running) => say(running, "/group"),
  },
  { name: "a stack that is too deep", writesItself: true, die: (running) => say(running, "/stack") },
  { name: "a native stack that overflows", execArgv: ["--stack-size=65500"], die: (running) => say(running, "/stack") },
  { name: "a crash in native code", die: (running) => say(running, "/segv") },
];

it.each(KINDS)(
  `$name, ${KILLS} times: each time there is a bundle that can be read, and at most a second is missing`,
  {
    timeout: KILLS * 8_000 + 60_000,
  },
  async ({ name, execArgv, isPossible = true, writesItself = false, prepare, die }) => {
    if (!isPossible) {
      console.warn(`not tried: ${name}: control groups cannot be made here`);
      return;
    }
    const dir = mkdtempSync(join(tmpdir(), "sop-kill-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const seen = new Set<string>();
    let missing = 0;
    const check = async (diedAt: number): Promise<void> => {
      const fresh = () => listIncidents(join(dir, "incidents")).filter(({ id }) => !seen.has(id));
      await vi.waitFor(() => expect(fresh()).toHaveLength(1), WAIT);
      const [incident] = fresh();
      seen.add(incident?.id ?? "");
      const path = incident?.dir ?? "";
      for (const file of await verifyBundle(path)) expect(file).toMatchObject({ state: "intact" });
      const { samples } = JSON.parse(readFileSync(join(path, "bundle/window.json"), "utf8")) as {
        samples: { at: number }[];
      };
      const records = readFileSync(join(path, "bundle/flight.ndjson"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records.filter(({ kind }) => kind === "request").length).toBeGreaterThan(0);
      const lastAt = Math.max(samples.at(-1)?.at ?? 0, records.at(-1)?.at ?? 0);
      // One that writes itself has answered what was in flight before it ended.
      missing = Math.max(missing, (writesItself ? (incident?.openedAt ?? 0) : diedAt) - lastAt);
      expect(JSON.parse(readFileSync(join(path, "diagnosis.json"), "utf8")).schema).toBe("sop.diagnosis/1");
      const all = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const entry of all) expect(readFileSync(join(entry.parentPath, entry.name)).includes(SECRET)).toBe(false);
    };
    let diedAt: number | undefined;
    for (let i = 0; i <= KILLS; i++) {
      const running = await start(dir, execArgv);
      const clean = i < KILLS ? prepare?.(running) : undefined;
      if (diedAt !== undefined) await check(diedAt);
      if (i === KILLS) break;
      await vi.waitFor(() => expect(boxes(dir)).toHaveLength(1), WAIT);
      await load(running.url, 400);
      die(running);
      await running.exited;
      diedAt = Date.now();
      clean?.();
      // It writes its incident itself; the one that is started next has none to write.
      if (writesItself) expect(boxes(dir)).toEqual([]);
    }
    console.log(`${name}: ${seen.size} bundles of ${KILLS} deaths, at most ${Math.round(missing)} ms missing`);
    expect(missing).toBeLessThan(1_000);
  },
);

it("a disk that is full harms nothing: it is said once, requests are answered, and it is recorded again when there is room", async () => {
  const dir = mkdtempSync(join(tmpdir(), "sop-kill-"));
  const mount = join(dir, "incidents");
  mkdirSync(mount);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", mount], { stdio: "ignore" });
  } catch {
    console.warn("not tried: a full disk: nothing can be mounted here");
    return;
  }
  onTestFinished(() => {
    execFileSync("umount", ["-l", mount]);
    rmSync(dir, { recursive: true, force: true });
  });
  const fill = join(mount, "fill");
  const file = openSync(fill, "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536));
  } catch {
    // It is full.
  }
  closeSync(file);
  for (let i = 0; i < Math.min(KILLS, 10); i++) {
    const running = await start(dir);
    expect(await load(running.url, 700)).toBeGreaterThanOrEqual(10);
    await vi.waitFor(() => expect(running.said()).toContain("the flight recorder cannot write its file"), WAIT);
    expect(running.said().match(/cannot write its file/g)).toHaveLength(1);
    running.child.kill("SIGKILL");
    await running.exited;
    expect(boxes(dir)).toEqual([]);
  }
  const last = await start(dir);
  await load(last.url, 500);
  rmSync(fill);
  await vi.waitFor(() => expect(boxes(dir)).toHaveLength(1), WAIT);
  // From now on it has its room, whatever else fills the disk.
  const again = openSync(fill, "w");
  try {
    for (;;) writeSync(again, Buffer.alloc(4_096));
  } catch {
    // It is full again.
  }
  closeSync(again);
  expect(await load(last.url, 500)).toBeGreaterThanOrEqual(10);
  last.child.kill("SIGKILL");
  await last.exited;
  rmSync(fill);
  await start(dir);
  await vi.waitFor(() => expect(listIncidents(mount)).toHaveLength(1), WAIT);
  const [incident] = listIncidents(mount);
  for (const { state } of await verifyBundle(incident?.dir ?? "")) expect(state).toBe("intact");
}, 120_000);
