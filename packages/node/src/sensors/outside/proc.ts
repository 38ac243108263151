import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { SampleFieldName } from "@sop/core";

/** Where `/proc` and `/sys/fs/cgroup` are; tests have trees of their own. */
export interface Roots {
  readonly proc: string;
  readonly cgroup: string;
}

export const ROOTS: Roots = { proc: "/proc", cgroup: "/sys/fs/cgroup" };

/** Figures that one source gives. */
export type Readings = { [name in SampleFieldName]?: number };

/** One source of figures; `read` throws where it cannot be read. `elapsed`: milliseconds since it was read before. */
export interface Source {
  /** The figures it is for, named in `missing` where it cannot be read. */
  readonly gives: readonly SampleFieldName[];
  read(elapsed: number): Readings;
}

/** Clock ticks a second of the kernel's times: 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE = 4_096;

/** Processor time of the process and of its main thread. */
export class ProcessorTime implements Source {
  readonly gives = ["cpu_ratio", "main_cpu_ratio"] as const;
  readonly #files: readonly [string, string];
  #before: [number, number] | undefined;

  constructor(proc: string, pid: number) {
    this.#files = [`${proc}/${pid}/stat`, `${proc}/${pid}/task/${pid}/stat`];
  }

  read(elapsed: number): Readings {
    const now: [number, number] = [ticksOf(this.#files[0]), ticksOf(this.#files[1])];
    const before = this.#before;
    this.#before = now;
    if (!before || elapsed <= 0) return {};
    const ratio = (i: 0 | 1): number => (((now[i] - before[i]) / TICKS) * 1_000) / elapsed;
    return { cpu_ratio: ratio(0), main_cpu_ratio: ratio(1) };
  }
}

/** User and system time; the name before them may have spaces and brackets of its own. */
function ticksOf(file: string): number {
  const text = readFileSync(file, "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory. */
export class ResidentMemory implements Source {
  readonly gives = ["rss_bytes"] as const;
  readonly #file: string;

  constructor(proc: string, pid: number) {
    this.#file = `${proc}/${pid}/statm`;
  }

  read(): Readings {
    return { rss_bytes: Number(readFileSync(this.#file, "latin1").split(" ")[1]) * PAGE };
  }
}

/** Looks at what each descriptor is no more often than this, unless their number has changed by a fifth. */
const KINDS_EVERY = 5_000;
/** More descriptors than this are not looked at one by one. */
const MOST_LINKS = 4_096;

/** File descriptors: their number each time, their kinds seldom, as each of those is a call of its own. */
export class Descriptors implements Source {
  readonly gives = [
    "fd_count",
    "fd_limit_count",
    "fd_file_count",
    "fd_socket_count",
    "fd_pipe_count",
    "fd_other_count",
  ] as const;
  readonly #dir: string;
  readonly #limits: string;
  #limit: number | undefined;
  #kinds: Readings = {};
  #countThen = 0;
  #sinceKinds = Number.POSITIVE_INFINITY;

  constructor(proc: string, pid: number) {
    this.#dir = `${proc}/${pid}/fd`;
    this.#limits = `${proc}/${pid}/limits`;
  }

  read(elapsed: number): Readings {
    const names = readdirSync(this.#dir);
    this.#limit ??= limitOf(readFileSync(this.#limits, "latin1"));
    this.#sinceKinds += elapsed;
    const hasChanged = Math.abs(names.length - this.#countThen) > Math.max(10, this.#countThen / 5);
    if (hasChanged || this.#sinceKinds >= KINDS_EVERY) this.#look(names);
    return { fd_count: names.length, fd_limit_count: this.#limit, ...this.#kinds };
  }

  #look(names: readonly string[]): void {
    const counts = { fd_file_count: 0, fd_socket_count: 0, fd_pipe_count: 0, fd_other_count: 0 };
    for (const name of names.slice(0, MOST_LINKS)) counts[kindOf(`${this.#dir}/${name}`)]++;
    this.#kinds = counts;
    this.#countThen = names.length;
    this.#sinceKinds = 0;
  }
}

function kindOf(link: string): "fd_file_count" | "fd_socket_count" | "fd_pipe_count" | "fd_other_count" {
  try {
    const target = readlinkSync(link);
    if (target.startsWith("socket:")) return "fd_socket_count";
    if (target.startsWith("pipe:")) return "fd_pipe_count";
    return target.startsWith("/") && !target.startsWith("/dev/") ? "fd_file_count" : "fd_other_count";
  } catch {
    // It was closed between the listing and the look.
    return "fd_other_count";
  }
}

function limitOf(text: string): number {
  const soft = /^Max open files\s+(\S+)/m.exec(text)?.[1];
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}
