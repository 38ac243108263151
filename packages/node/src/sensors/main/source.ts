import type { SampleFieldName } from "@sop/core";
import type { Figures } from "../../blackbox/main-slot.js";

/** What reads some figures of the main thread, in its own thread. It allocates next to nothing: it runs five times a second, for ever. */
export interface MainSource {
  /** The figures it is for. */
  readonly gives: readonly SampleFieldName[];
  /** Why none of them can be had; `undefined` where they can. */
  readonly missing?: string | undefined;
  /** Puts them in place; what it does not know stays as it is: `NaN`. `elapsed`: milliseconds since it was read before. */
  read(figures: Figures, elapsed: number): void;
  stop?(): void;
}
