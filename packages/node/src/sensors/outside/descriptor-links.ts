import { readdirSync, readlinkSync } from "node:fs";

/** Of more descriptors only a part is looked at: every second, every third. */
const MOST = 4_096;
const SOCKET = "socket:[";

/** What the descriptors of a process are, when they were looked at. */
export interface Links {
  readonly files: number;
  readonly sockets: number;
  readonly pipes: number;
  readonly others: number;
  /** Inodes of the sockets, as text. */
  readonly inodes: ReadonlySet<string>;
  /** One in so many was looked at; the numbers are multiplied by it, the inodes are only those that were. */
  readonly step: number;
}

/** The last look at the descriptors below `dir`, which several sources share. */
export class LinkLooks {
  readonly #dir: string;
  #last: Links | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get last(): Links | undefined {
    return this.#last;
  }

  /** Looks now. Throws where the directory cannot be read. */
  take(): Links {
    this.#last = lookAtLinks(this.#dir);
    return this.#last;
  }
}

/** Looks at each descriptor below `dir`: a call of the system for each. */
function lookAtLinks(dir: string): Links {
  const names = readdirSync(dir);
  const step = Math.ceil(names.length / MOST) || 1;
  const inodes = new Set<string>();
  let [files, pipes, others] = [0, 0, 0];
  for (let i = 0; i < names.length; i += step) {
    const target = targetOf(`${dir}/${names[i]}`);
    if (target === undefined) continue;
    if (target.startsWith(SOCKET)) inodes.add(target.slice(SOCKET.length, -1));
    else if (target.startsWith("pipe:")) pipes++;
    else if (target.startsWith("/") && !target.startsWith("/dev/")) files++;
    else others++;
  }
  return { files: files * step, sockets: inodes.size * step, pipes: pipes * step, others: others * step, inodes, step };
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    // It was closed between the listing and the look; the one that the listing itself took is among those.
    return undefined;
  }
}
