import { classify } from "./classify.js";
import type { CauseName } from "./taxonomy/taxonomy.js";
import { usable } from "./window/usable.js";
import type { RecordedWindow } from "./window/window.js";

/** Something that is not as it should be: a class that holds, with the figure that says so. */
export interface Signal {
  /** The class of root causes that it speaks for. */
  readonly name: CauseName;
  readonly verdict: "confirmed" | "likely";
  /** Milliseconds since 1970: the end of the samples that it is seen in. */
  readonly at: number;
  /** What is seen, in a few words. */
  readonly sees: string;
}

/** Failures of code are noticed where they happen; all else is noticed here. */
const NOTICED: readonly CauseName[] = ["crash.uncaught", "crash.unhandled_rejection"];

/**
 * What is wrong at the end of a window, the one that explains the others first; nothing while all is well. It asks the same questions as
 * `diagnose`, and so never opens an incident that has no cause.
 */
export function detect(window: RecordedWindow): readonly Signal[] {
  const { found, others } = classify(usable(window));
  return [found, ...others].flatMap((considered) => {
    if (!considered || considered.verdict === "ruled out" || NOTICED.includes(considered.cause.name)) return [];
    const way = considered.ways.find(({ holds }) => holds);
    const at = Math.max(0, ...(way?.checks ?? []).map(({ reading }) => reading?.until ?? 0));
    return [{ name: considered.cause.name, verdict: considered.verdict, at, sees: way?.way.sees ?? "" }];
  });
}
