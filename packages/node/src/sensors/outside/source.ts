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
  close(): void;
}
