import { readFileSync } from "node:fs";
import { Budget } from "./budget.js";
import type { LinkLooks } from "./descriptor-links.js";
import type { Readings, Source } from "./source.js";

const EVERY = 1_000;
/** A table that is longer belongs to a machine on which reading it costs too much. */
const MOST_BYTES = 4_194_304;
const ESTABLISHED = "01";
const STATES: Readonly<Record<string, keyof Readings>> = {
  [ESTABLISHED]: "tcp_established_count",
  "02": "tcp_syn_sent_count",
  "08": "tcp_close_wait_count",
};
const LISTENING = "0A";

/** TCP sockets of the process by their state, and connections that wait to be accepted. The kernel's tables are dear: the look has a budget. */
export class TcpSockets implements Source {
  readonly gives = [
    "tcp_established_count",
    "tcp_close_wait_count",
    "tcp_syn_sent_count",
    "tcp_backlog_count",
    "tcp_accepted_count",
  ] as const;
  readonly #tables: readonly string[];
  readonly #looks: LinkLooks;
  readonly #budget = new Budget(EVERY);
  #last: Readings = {};

  constructor(proc: string, pid: number, looks: LinkLooks) {
    this.#looks = looks;
    this.#tables = [`${proc}/${pid}/net/tcp`, `${proc}/${pid}/net/tcp6`];
  }

  read(elapsed: number): Readings {
    if (this.#budget.isDue(elapsed)) this.#last = this.#budget.look(() => this.#look());
    return this.#last;
  }

  close(): void {}

  #look(): Readings {
    const { inodes, step } = this.#looks.take();
    const counts: Record<string, number> = Object.fromEntries(this.gives.map((name) => [name, 0]));
    const add = (name: string, more: number): void => {
      counts[name] = (counts[name] as number) + more;
    };
    const listening = new Set<string>();
    const established = new Map<string, number>();
    for (const [i, file] of this.#tables.entries()) {
      for (const line of linesOf(file, i > 0)) {
        const [, local = "", , state, queues, , , , , inode] = line.trim().split(/\s+/, 10);
        if (inode === undefined || !inodes.has(inode)) continue;
        const port = local.slice(local.lastIndexOf(":"));
        if (state === LISTENING) listening.add(port);
        if (state === ESTABLISHED) established.set(port, (established.get(port) ?? 0) + step);
        const name = STATES[state as string];
        if (name !== undefined) add(name, step);
        // Of a socket that listens, the second queue is what waits to be accepted.
        if (state === LISTENING)
          add("tcp_backlog_count", Number.parseInt((queues as string).split(":")[1] as string, 16));
      }
    }
    for (const port of listening) add("tcp_accepted_count", established.get(port) ?? 0);
    if (step > 1) {
      // Only some were looked at, and whichever listens need not be among them.
      const { tcp_accepted_count: _unknown, ...known } = counts;
      return known;
    }
    return counts;
  }
}

/** The lines of a table below its head. A machine without IPv6 has no table of it. */
function linesOf(file: string, isOptional: boolean): readonly string[] {
  try {
    const text = readFileSync(file, "latin1");
    if (text.length > MOST_BYTES) throw new Error("the table of sockets is too long to be read");
    return text.split("\n").slice(1);
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
