import type { SampleFieldName } from "@sop/core";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { ControlGroup } from "./cgroup.js";
import { Descriptors, ProcessorTime, ResidentMemory, ROOTS, type Roots, type Source } from "./proc.js";
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
    const sources = [
      new ProcessorTime(proc, pid),
      new ResidentMemory(proc, pid),
      new Descriptors(proc, pid),
      new TcpSockets(proc, pid),
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
        for (const [name, value] of Object.entries(readings)) figures[FIGURE[name as SampleFieldName]] = value;
        watched.failure = undefined;
      } catch (error) {
        watched.failure = error instanceof Error ? error.message : String(error);
        watched.rests = AGAIN;
      }
    }
  }

  /** Which figures cannot be had, and why. */
  missing(): string[] {
    return this.#sources.flatMap(({ source, failure }) =>
      failure === undefined ? [] : [`${source.gives.join(", ")}: ${failure}`],
    );
  }
}
