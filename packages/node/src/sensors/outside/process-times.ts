import { KernelFile } from "./kernel-file.js";
import type { Readings, Source } from "./source.js";

/** Clock ticks a second of the kernel's times: 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE = 4_096;

/** Processor time of the process and of its main thread. */
export class ProcessorTime implements Source {
  readonly gives = ["cpu_ratio", "main_cpu_ratio"] as const;
  readonly #all: KernelFile;
  readonly #main: KernelFile;
  #before: readonly [number, number] | undefined;

  constructor(proc: string, pid: number) {
    this.#all = new KernelFile(`${proc}/${pid}/stat`);
    // The thread that a process begins with has its number.
    this.#main = new KernelFile(`${proc}/${pid}/task/${pid}/stat`);
  }

  read(elapsed: number): Readings {
    const now = [ticksIn(this.#all.read()), ticksIn(this.#main.read())] as const;
    const before = this.#before;
    this.#before = now;
    if (!before || elapsed <= 0) return {};
    const ratio = (i: 0 | 1): number => (((now[i] - before[i]) / TICKS) * 1_000) / elapsed;
    return { cpu_ratio: ratio(0), main_cpu_ratio: ratio(1) };
  }

  close(): void {
    this.#all.close();
    this.#main.close();
  }
}

/** User and system time; the name before them may have spaces and brackets of its own. */
function ticksIn(text: string): number {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ", 13);
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory. */
export class ResidentMemory implements Source {
  readonly gives = ["rss_bytes"] as const;
  readonly #file: KernelFile;

  constructor(proc: string, pid: number) {
    this.#file = new KernelFile(`${proc}/${pid}/statm`);
  }

  read(): Readings {
    return { rss_bytes: Number(this.#file.read().split(" ", 2)[1]) * PAGE };
  }

  close(): void {
    this.#file.close();
  }
}
