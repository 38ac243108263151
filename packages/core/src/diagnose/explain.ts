import { classify } from "./classify.js";
import type { RootCause } from "./diagnosis.js";
import { FEATURES } from "./features/features.js";
import type { CheckResult, WayResult } from "./taxonomy/cause-class.js";
import type { RecordedWindow } from "./window/window.js";

/** One question that was asked of one figure. */
export interface ExplainedCheck {
  readonly figure: string;
  /** What the figure says. */
  readonly about: string;
  /** `undefined`: it was not recorded. */
  readonly value: number | undefined;
  readonly is: "at least" | "below";
  readonly limit: number;
  readonly holds: boolean;
  /** Milliseconds since 1970: the samples that the figure is from. */
  readonly since: number | undefined;
  readonly until: number | undefined;
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

/** Every step from the samples of a window to its diagnosis: each class, in the order in which they explain each other. */
export function explain(window: RecordedWindow): readonly ExplainedClass[] {
  return classify(window).considered.map(({ cause, verdict, ways, refutes }) => ({
    class: cause.name,
    about: cause.about,
    verdict,
    supports: ways.map(explainWay),
    refutes: refutes.map(explainWay),
    needs: cause.needs,
  }));
}

function explainWay({ way, checks, holds }: WayResult): ExplainedWay {
  return { sees: way.sees, isProof: way.isProof ?? false, holds, checks: checks.map(explainCheck) };
}

function explainCheck({ check: { figure, is }, limit, reading, holds }: CheckResult): ExplainedCheck {
  const { value, since, until } = reading ?? {};
  return { figure, about: FEATURES[figure].about, value, is, limit, holds, since, until };
}
