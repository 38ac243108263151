import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Readings, Source } from "./proc.js";

const EVERY = 1_000;
/** A table that is longer belongs to a machine on which reading it costs too much. */
const MOST_BYTES = 1_048_576;
const STATES: Readonly<Record<string, keyof Readings>> = {
  "01": "tcp_established_count",
  "02": "tcp_syn_sent_count",
  "08": "tcp_close_wait_count",
};
const LISTENING = "0A";

/** TCP sockets of the process by their state, and connections that wait to be accepted; looked at once a second. */
export class TcpSockets implements Source {
  readonly gives = [
    "tcp_established_count",
    "tcp_close_wait_count",
    "tcp_syn_sent_count",
    "tcp_backlog_count",
  ] as const;
  readonly #tables: readonly string[];
  readonly #fds: string;
  #since = Number.POSITIVE_INFINITY;
  #last: Readings = {};

  constructor(proc: string, pid: number) {
    this.#tables = [`${proc}/${pid}/net/tcp`, `${proc}/${pid}/net/tcp6`];
    this.#fds = `${proc}/${pid}/fd`;
  }

  read(elapsed: number): Readings {
    this.#since += elapsed;
    if (this.#since < EVERY) return this.#last;
    this.#since = 0;
    this.#last = {};
    this.#last = this.#look();
    return this.#last;
  }

  #look(): Readings {
    const own = this.#inodes();
    const counts: Record<string, number> = Object.fromEntries(this.gives.map((name) => [name, 0]));
    for (const [i, file] of this.#tables.entries()) {
      const text = readTable(file, i > 0);
      if (text.length > MOST_BYTES) throw new Error("the table of sockets is too long to be read");
      for (const line of text.split("\n").slice(1)) {
        const [, , , state, queues, , , , , inode] = line.trim().split(/\s+/);
        if (inode === undefined || !own.has(inode)) continue;
        const name = STATES[state as string];
        if (name !== undefined) counts[name] = (counts[name] as number) + 1;
        // Of a socket that listens, the second queue is what waits to be accepted.
        const backlog = state === LISTENING ? Number.parseInt((queues as string).split(":")[1] as string, 16) : 0;
        counts["tcp_backlog_count"] = (counts["tcp_backlog_count"] as number) + backlog;
      }
    }
    return counts;
  }

  #inodes(): Set<string> {
    const inodes = new Set<string>();
    for (const name of readdirSync(this.#fds)) {
      try {
        const target = readlinkSync(`${this.#fds}/${name}`);
        if (target.startsWith("socket:[")) inodes.add(target.slice(8, -1));
      } catch {
        // It was closed between the listing and the look.
      }
    }
    return inodes;
  }
}

/** A machine without IPv6 has no table of it. */
function readTable(file: string, isOptional: boolean): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
