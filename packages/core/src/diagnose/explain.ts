import { classify } from "./classify.js";
import { diagnose } from "./diagnose.js";
import type { Diagnosis, RootCause } from "./diagnosis.js";
import { FEATURES } from "./features/features.js";
import { type View, viewOf } from "./features/view.js";
import type { Check, CheckResult, WayResult } from "./taxonomy/cause-class.js";
import type { Sample } from "./window/sample.js";
import { usable } from "./window/usable.js";
import type { RecordedWindow } from "./window/window.js";

/** Samples of a window, by their time and by their place in it, the oldest being 0. */
export interface ExplainedSamples {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  readonly first: number;
  readonly last: number;
}

/** One question that was asked of one figure. */
export interface ExplainedCheck {
  readonly figure: string;
  /** What the figure says. */
  readonly about: string;
  /** `undefined`: it was not recorded. */
  readonly value: number | undefined;
  readonly is: "at least" | "below";
  /** What it was held against, the service's own normal taken into account. */
  readonly limit: number;
  /** What the limit is where the normal says nothing, and which figure says what is normal. */
  readonly seed: number;
  readonly times: Check["times"] | undefined;
  readonly holds: boolean;
  /** The samples that the figure is from; `undefined` for one that is not from samples. */
  readonly samples: ExplainedSamples | undefined;
}

/** Several that are to hold together. */
export interface ExplainedWay {
  readonly sees: string;
  readonly isProof: boolean;
  readonly holds: boolean;
  readonly checks: readonly ExplainedCheck[];
}

/** One class that was considered. */
export interface ExplainedClass {
  readonly class: RootCause;
  readonly about: string;
  readonly verdict: "confirmed" | "likely" | "ruled out";
  readonly supports: readonly ExplainedWay[];
  readonly refutes: readonly ExplainedWay[];
  /** What would prove it. */
  readonly needs: string;
}

/** Every step from the samples of a window to the sentence of its diagnosis. */
export interface Explanation {
  readonly schema: "sop.explanation/1";
  readonly root_cause: RootCause;
  readonly verdict: Diagnosis["verdict"];
  readonly summary: string;
  /** All samples; those that were taken for what is normal; and those that were taken for the trouble. */
  readonly samples: ExplainedSamples | undefined;
  readonly normal: ExplainedSamples | undefined;
  readonly present: ExplainedSamples | undefined;
  /** In the order in which they explain each other: the first that is not ruled out is the cause. */
  readonly classes: readonly ExplainedClass[];
  readonly missing: readonly string[];
}

/** Explains the diagnosis of a window: each class that was considered, each figure that was asked, its limit, and its samples. */
export function explain(recorded: RecordedWindow): Explanation {
  const { root_cause, verdict, summary, missing } = diagnose(recorded);
  const window = usable(recorded);
  const view = viewOf(window);
  const way = wayIn(view);
  return {
    schema: "sop.explanation/1",
    root_cause,
    verdict,
    summary,
    samples: placeOf(view.samples, view),
    normal: placeOf(view.normal, view),
    present: placeOf(view.present, view),
    classes: classify(window).considered.map(({ cause, verdict: found, ways, refutes }) => ({
      class: cause.name,
      about: cause.about,
      verdict: found,
      supports: ways.map(way),
      refutes: refutes.map(way),
      needs: cause.needs,
    })),
    missing,
  };
}

function wayIn(view: View) {
  const explained = ({
    check: { figure, is, limit: seed, times },
    limit,
    reading,
    holds,
  }: CheckResult): ExplainedCheck => {
    const within = reading && view.samples.filter(({ at }) => at >= reading.since && at <= reading.until);
    const { about } = FEATURES[figure];
    return { figure, about, value: reading?.value, is, limit, seed, times, holds, samples: placeOf(within, view) };
  };
  return ({ way, checks, holds }: WayResult): ExplainedWay => ({
    sees: way.sees,
    isProof: way.isProof ?? false,
    holds,
    checks: checks.map(explained),
  });
}

function placeOf(part: readonly Sample[] | undefined, { samples }: View): ExplainedSamples | undefined {
  const [first, last] = [part?.[0], part?.at(-1)];
  if (!first || !last) return undefined;
  return { since: first.at, until: last.at, first: samples.indexOf(first), last: samples.lastIndexOf(last) };
}
