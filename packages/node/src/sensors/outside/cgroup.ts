import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KernelFile } from "./kernel-file.js";
import type { Readings, Source } from "./source.js";

/** A limit of cgroup v1 that means none. */
const UNLIMITED = 2 ** 62;
/** Milliseconds between two looks: what a group has changes slowly, and what it was denied is a count. */
const EVERY = 1_000;
/** Limits are hardly ever changed; milliseconds between two looks. */
const LIMITS_EVERY = 10_000;

/** The files of the process's control group, whichever version; one that the machine does not have is `undefined`. */
interface Files {
  readonly memory: KernelFile;
  /** Of the group and of those above it: the least is in force. */
  readonly limits: readonly KernelFile[];
  readonly kills: KernelFile | undefined;
  readonly cpu: KernelFile | undefined;
}

/** Memory and processor time of the control group, and what it has been denied. */
export class ControlGroup implements Source {
  readonly gives = [
    "cgroup_memory_bytes",
    "cgroup_memory_limit_bytes",
    "cgroup_throttled_ms",
    "cgroup_oom_kills_count",
  ] as const;
  readonly #find: () => Files | undefined;
  readonly #before = new Map<keyof Readings, number>();
  #files: Files | undefined;
  #gauges: Readings = {};
  #since = Number.POSITIVE_INFINITY;
  #limit = Number.POSITIVE_INFINITY;
  #sinceLimit = Number.POSITIVE_INFINITY;

  constructor(proc: string, pid: number, root: string) {
    this.#find = () => find(root, readFileSync(`${proc}/${pid}/cgroup`, "latin1"));
  }

  /** Between two looks only what the group has is told, as of the last one. */
  read(elapsed: number): Readings {
    this.#since += elapsed;
    if (this.#since < EVERY) return this.#gauges;
    const readings = this.#look(this.#since);
    this.#since = 0;
    return readings;
  }

  #look(elapsed: number): Readings {
    this.#files ??= this.#find();
    if (!this.#files) throw new Error("the process has no control group with a memory controller");
    const { memory, limits, kills, cpu } = this.#files;
    this.#sinceLimit += elapsed;
    if (this.#sinceLimit >= LIMITS_EVERY) {
      // "max" is no number, and a huge one is no limit.
      this.#limit = Math.min(...limits.map((file) => Number(file.read()) || Number.POSITIVE_INFINITY));
      this.#sinceLimit = 0;
    }
    this.#gauges = {
      cgroup_memory_bytes: Number(memory.read()),
      ...(this.#limit < UNLIMITED && { cgroup_memory_limit_bytes: this.#limit }),
    };
    return {
      ...this.#gauges,
      ...this.#grown("cgroup_throttled_ms", cpu && throttledIn(cpu.read())),
      ...this.#grown("cgroup_oom_kills_count", kills && numberAfter("oom_kill ", kills.read())),
    };
  }

  close(): void {
    const { memory, limits = [], kills, cpu } = this.#files ?? {};
    for (const file of [memory, ...limits, kills, cpu]) file?.close();
    this.#files = undefined;
  }

  /** By how much a counter grew since it was read before. */
  #grown(name: keyof Readings, now: number | undefined): Readings {
    if (now === undefined) return {};
    const before = this.#before.get(name);
    this.#before.set(name, now);
    return before === undefined ? {} : { [name]: Math.max(0, now - before) };
  }
}

/** A hybrid machine has an empty group of version 2 beside those of version 1, which is no group with controllers. */
function find(root: string, text: string): Files | undefined {
  const v1 = groupOf(text, "memory");
  if (v1 !== undefined) {
    const cpu = groupOf(text, "cpu");
    return filesOf(
      { dirs: upwards(join(root, "memory"), v1), current: "memory.usage_in_bytes", max: "memory.limit_in_bytes" },
      "memory.oom_control",
      cpu === undefined ? [] : upwards(join(root, "cpu"), cpu),
    );
  }
  const v2 = groupOf(text, "");
  if (v2 === undefined) return undefined;
  const dirs = upwards(root, v2);
  return filesOf({ dirs, current: "memory.current", max: "memory.max" }, "memory.events", dirs);
}

interface MemoryFiles {
  readonly dirs: readonly string[];
  readonly current: string;
  readonly max: string;
}

function filesOf({ dirs, current, max }: MemoryFiles, kills: string, cpuDirs: readonly string[]): Files | undefined {
  const own = dirs.findIndex((dir) => existsSync(join(dir, current)));
  if (own < 0) return undefined;
  const dir = dirs[own] as string;
  const cpu = cpuDirs.map((above) => join(above, "cpu.stat")).find((path) => existsSync(path));
  return {
    memory: new KernelFile(join(dir, current)),
    limits: dirs
      .slice(own)
      .map((above) => join(above, max))
      .filter((path) => existsSync(path))
      .map((path) => new KernelFile(path)),
    kills: existsSync(join(dir, kills)) ? new KernelFile(join(dir, kills)) : undefined,
    cpu: cpu === undefined ? undefined : new KernelFile(cpu),
  };
}

/** The line of `/proc/<pid>/cgroup` that names a controller, or version 2's only line. */
function groupOf(text: string, controller: string): string | undefined {
  for (const line of text.split("\n")) {
    const [, controllers, ...path] = line.split(":");
    if (controllers?.split(",").includes(controller)) return path.join(":");
  }
  return undefined;
}

/**
 * The directory of a group and those above it, up to the root. A container sees its own group as the root, while its path is told as the
 * host has it: then only the root is there.
 */
function upwards(root: string, group: string): string[] {
  const dirs: string[] = [];
  for (let dir = join(root, group); dir.startsWith(`${root}/`); dir = dirname(dir)) dirs.push(dir.replace(/\/$/, ""));
  return [...new Set([...dirs, root])];
}

function throttledIn(text: string): number | undefined {
  const nanoseconds = numberAfter("throttled_time ", text);
  if (nanoseconds !== undefined) return nanoseconds / 1e6;
  const microseconds = numberAfter("throttled_usec ", text);
  return microseconds === undefined ? undefined : microseconds / 1e3;
}

function numberAfter(label: string, text: string): number | undefined {
  const at = text.startsWith(label) ? 0 : text.indexOf(`\n${label}`) + 1;
  if (at === 0 && !text.startsWith(label)) return undefined;
  return Number.parseInt(text.slice(at + label.length), 10);
}
