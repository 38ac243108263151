import type { SampleFieldName } from "@sop/core";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { ControlGroup } from "./cgroup.js";
import { LinkLooks } from "./descriptor-links.js";
import { Descriptors } from "./descriptors.js";
import { ProcessorTime, ResidentMemory } from "./process-times.js";
import { ROOTS, type Roots, type Source } from "./source.js";
import { TcpSockets } from "./tcp.js";

/** A source that cannot be read is tried again after so many milliseconds. */
const AGAIN = 10_000;

interface Watched {
  readonly source: Source;
  failure: string | undefined;
  rests: number;
}

/** What can be seen of a process from outside of its main thread: by the kernel's files, so that a blocked one is seen too. */
export class OutsideSampler {
  readonly #sources: readonly Watched[];

  constructor(pid: number = process.pid, { proc, cgroup }: Roots = ROOTS) {
    const looks = new LinkLooks(`${proc}/${pid}/fd`);
    const sources = [
      new ProcessorTime(proc, pid),
      new ResidentMemory(proc, pid),
      new TcpSockets(proc, pid, looks),
      new Descriptors(proc, pid, looks),
      new ControlGroup(proc, pid, cgroup),
    ];
    this.#sources = sources.map((source) => ({ source, failure: undefined, rests: 0 }));
  }

  /** Reads all sources into `figures`; those of one that cannot be read are `NaN`. `elapsed`: milliseconds since the last time. */
  read(elapsed: number, figures: Figures): void {
    for (const watched of this.#sources) {
      for (const name of watched.source.gives) figures[FIGURE[name]] = Number.NaN;
      if (watched.rests > 0) {
        watched.rests -= elapsed;
        continue;
      }
      try {
        const readings = watched.source.read(elapsed);
        for (const name in readings)
          figures[FIGURE[name as SampleFieldName]] = readings[name as SampleFieldName] as number;
        watched.failure = undefined;
      } catch (error) {
        watched.failure = reasonOf(error);
        watched.rests = AGAIN;
      }
    }
  }

  /** For each source that cannot be read: its figures, and why. */
  missing(): string[] {
    return this.#sources.flatMap(({ source, failure }) =>
      failure === undefined ? [] : [`${source.gives.join(", ")}: ${failure}`],
    );
  }

  /** Lets go of the files that it keeps open. */
  close(): void {
    for (const { source } of this.#sources) source.close();
  }
}

/** `/proc/7/fd: ENOENT`; of an error that is not the system's, its message. */
function reasonOf(error: unknown): string {
  const { path, code, message } = Object(error) as { path?: unknown; code?: unknown; message?: unknown };
  return typeof path === "string" && typeof code === "string" ? `${path}: ${code}` : String(message ?? error);
}
