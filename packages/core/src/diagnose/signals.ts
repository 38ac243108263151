import { classify } from "./classify.js";
import { tryWay } from "./taxonomy/cause-class.js";
import { SUSPICIONS } from "./taxonomy/suspicions.js";
import type { CauseName } from "./taxonomy/taxonomy.js";
import { usable } from "./window/usable.js";
import type { RecordedWindow } from "./window/window.js";

/** Something that is not as it should be, with the class that it speaks for. */
export interface Signal {
  /** The class of root causes that it speaks for. */
  readonly name: CauseName;
  /** `suspected`: no finding; more than was looked at is needed to tell, and `diagnose` says `none` where there is nothing. */
  readonly verdict: "confirmed" | "likely" | "suspected";
  /** Milliseconds since 1970: the end of the samples that it is seen in. */
  readonly at: number;
  /** What is seen, in a few words. */
  readonly sees: string;
}

/** Failures of code are noticed where they happen; all else is noticed here. */
const NOTICED: readonly CauseName[] = ["crash.uncaught", "crash.unhandled_rejection"];

/**
 * What is wrong at the end of a window, the one that explains the others first; nothing while all is well. It asks the same questions as
 * `diagnose`, and so never speaks for a cause that there is none of; where the samples alone cannot tell, it says what is suspected.
 */
export function detect(window: RecordedWindow): readonly Signal[] {
  const { found, others, readings } = classify(usable(window));
  const signals = [found, ...others].flatMap((considered): Signal[] => {
    if (!considered || considered.verdict === "ruled out" || NOTICED.includes(considered.cause.name)) return [];
    const way = considered.ways.find(({ holds }) => holds);
    const at = Math.max(0, ...(way?.checks ?? []).map(({ reading }) => reading?.until ?? 0));
    return [{ name: considered.cause.name, verdict: considered.verdict, at, sees: way?.way.sees ?? "" }];
  });
  if (signals.length > 0) return signals;
  return SUSPICIONS.flatMap(({ of: name, sees, checks }): Signal[] => {
    const tried = tryWay({ sees, checks }, readings);
    const at = Math.max(0, ...tried.checks.map(({ reading }) => reading?.until ?? 0));
    return tried.holds ? [{ name, verdict: "suspected", at, sees }] : [];
  });
}
