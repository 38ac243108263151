import { readdirSync, readFileSync, statSync } from "node:fs";
import { Budget } from "./budget.js";
import type { LinkLooks, Links } from "./descriptor-links.js";
import type { Readings, Source } from "./source.js";

const KINDS_EVERY = 5_000;
/** Where their number has changed by a fifth, their kinds are looked at again so soon. */
const SOON = 500;

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
  readonly #usual = new Budget(KINDS_EVERY);
  readonly #soon = new Budget(SOON);
  #limit: number | undefined;
  readonly #looks: LinkLooks;
  #seen: Links | undefined;
  #kinds: Readings = {};
  #countThen = 0;

  constructor(proc: string, pid: number, looks: LinkLooks) {
    this.#looks = looks;
    this.#dir = `${proc}/${pid}/fd`;
    this.#limits = `${proc}/${pid}/limits`;
  }

  read(elapsed: number): Readings {
    const limit = this.#readLimit();
    const count = countOf(this.#dir, limit);
    const hasChanged = Math.abs(count - this.#countThen) > Math.max(10, this.#countThen / 5);
    const [isDue, isSoon] = [this.#usual.isDue(elapsed), this.#soon.isDue(elapsed)];
    if (isDue || (hasChanged && isSoon)) this.#usual.look(() => this.#soon.look(() => this.#look()));
    this.#notice(count);
    return { fd_count: count, ...(limit !== undefined && { fd_limit_count: limit }), ...this.#kinds };
  }

  close(): void {}

  /** Where none is left to look with, their kinds stay as of the last look. */
  #look(): void {
    ifAnyIsLeft(() => this.#looks.take());
  }

  /** Others look too. */
  #notice(count: number): void {
    const { last } = this.#looks;
    if (!last || last === this.#seen) return;
    this.#seen = last;
    this.#usual.restart();
    this.#countThen = count;
    this.#kinds = kindsOf(last);
  }

  /** `undefined` where there is none. It is read once: hardly anybody changes it. */
  #readLimit(): number | undefined {
    this.#limit ??= limitIn(ifAnyIsLeft(() => readFileSync(this.#limits, "latin1")));
    return Number.isFinite(this.#limit) ? this.#limit : undefined;
  }
}

function kindsOf({ files, sockets, pipes, others }: Links): Readings {
  return { fd_file_count: files, fd_socket_count: sockets, fd_pipe_count: pipes, fd_other_count: others };
}

/** Linux 6.2 and later tell the number as the size of the directory, for which nothing has to be opened. */
function countOf(dir: string, limit: number | undefined): number {
  const { size } = statSync(dir);
  if (size > 0) return size;
  // The one that reads the directory is among them. Where none is left for that, all are taken.
  const names = ifAnyIsLeft(() => readdirSync(dir));
  if (names) return names.length - 1;
  if (limit !== undefined) return limit;
  throw new Error("no descriptor is left to count them with");
}

function limitIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** What needs a descriptor; `undefined` where the process has none left. */
function ifAnyIsLeft<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EMFILE") return undefined;
    throw error;
  }
}
