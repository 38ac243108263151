import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readings, Source } from "./proc.js";

/** A limit of cgroup v1 that means none. */
const UNLIMITED = 2 ** 62;

/** The files of the process's control group, whichever version; a file that the machine does not have is `undefined`. */
interface Files {
  readonly memory: string;
  readonly limit: string;
  readonly events: string | undefined;
  readonly cpu: string | undefined;
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
 * A container sees its own group as the root, while its path is told as the host has it: the path is tried first, then the root. A hybrid
 * machine has an empty group of version 2 beside those of version 1, which has no controllers.
 */
function find(root: string, text: string): Files | undefined {
  const v1 = groupOf(text, "memory");
  if (v1 !== undefined) {
    const cpu = groupOf(text, "cpu");
    const dir = firstWith("memory.usage_in_bytes", join(root, "memory", v1), join(root, "memory"));
    const cpuDir = cpu !== undefined && firstWith("cpu.stat", join(root, "cpu", cpu), join(root, "cpu"));
    if (dir === undefined) return undefined;
    return {
      memory: join(dir, "memory.usage_in_bytes"),
      limit: join(dir, "memory.limit_in_bytes"),
      events: join(dir, "memory.oom_control"),
      cpu: cpuDir ? join(cpuDir, "cpu.stat") : undefined,
    };
  }
  const v2 = groupOf(text, "");
  const dir = v2 === undefined ? undefined : firstWith("memory.current", join(root, v2), root);
  if (dir === undefined) return undefined;
  return {
    memory: join(dir, "memory.current"),
    limit: join(dir, "memory.max"),
    events: join(dir, "memory.events"),
    cpu: join(dir, "cpu.stat"),
  };
}

function firstWith(file: string, ...dirs: string[]): string | undefined {
  return dirs.find((dir) => existsSync(join(dir, file)));
}

/** Memory and processor time of the control group, and what it has been denied. */
export class ControlGroup implements Source {
  readonly gives = [
    "cgroup_memory_bytes",
    "cgroup_memory_limit_bytes",
    "cgroup_throttled_ms",
    "cgroup_oom_kills_count",
  ] as const;
  readonly #files: () => Files;
  #found: Files | undefined;
  readonly #before = new Map<keyof Readings, number>();

  constructor(proc: string, pid: number, root: string) {
    this.#files = () => {
      const found = find(root, readFileSync(`${proc}/${pid}/cgroup`, "latin1"));
      if (!found) throw new Error("the process has no control group with a memory controller");
      return found;
    };
  }

  read(): Readings {
    this.#found ??= this.#files();
    const { memory, limit, events, cpu } = this.#found;
    const most = Number(readFileSync(limit, "latin1"));
    // "max" is no number, and a huge one is no limit.
    const isLimited = most < UNLIMITED;
    return {
      cgroup_memory_bytes: Number(readFileSync(memory, "latin1")),
      ...(isLimited && { cgroup_memory_limit_bytes: most }),
      ...this.#grown("cgroup_throttled_ms", throttled(cpu)),
      ...this.#grown("cgroup_oom_kills_count", numberIn(events, /^oom_kill (\d+)$/m)),
    };
  }

  /** By how much a counter grew since it was read before. */
  #grown(name: keyof Readings, now: number | undefined): Readings {
    if (now === undefined) return {};
    const before = this.#before.get(name);
    this.#before.set(name, now);
    return before === undefined ? {} : { [name]: now - before };
  }
}

function throttled(file: string | undefined): number | undefined {
  const nanoseconds = numberIn(file, /^throttled_time (\d+)$/m);
  if (nanoseconds !== undefined) return nanoseconds / 1e6;
  const microseconds = numberIn(file, /^throttled_usec (\d+)$/m);
  return microseconds === undefined ? undefined : microseconds / 1e3;
}

function numberIn(file: string | undefined, pattern: RegExp): number | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const found = pattern.exec(readFileSync(file, "latin1"))?.[1];
  return found === undefined ? undefined : Number(found);
}
