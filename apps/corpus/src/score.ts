import type { Run } from "./run-case.ts";

/** What many runs came to. */
export interface Score {
  readonly name: string;
  readonly cases: number;
  readonly runs: number;
  /** Share of the runs of failing applications whose diagnosis was right. */
  readonly accuracy: number | undefined;
  /** Runs of healthy applications in which there was an incident, and all of them. */
  readonly falseAlarms: number;
  readonly controlRuns: number;
  /** From the first harmed request to the right diagnosis, in milliseconds. */
  readonly median: number | undefined;
  readonly p90: number | undefined;
}

/** The score of each set, and of all where there are more than one. */
export function scores(runs: readonly Run[]): Score[] {
  const sets = [...new Set(runs.map(({ set }) => set))];
  const each = sets.map((set) =>
    scoreOf(
      set,
      runs.filter((run) => run.set === set),
    ),
  );
  return sets.length > 1 ? [...each, scoreOf("all", runs)] : each;
}

function scoreOf(name: string, runs: readonly Run[]): Score {
  const controls = runs.filter(isControl);
  const failing = runs.filter((run) => !isControl(run));
  const times = failing.flatMap(({ took, wasHarmed }) => (took !== undefined && wasHarmed ? [took] : []));
  return {
    name,
    cases: new Set(runs.map(({ id }) => id)).size,
    runs: runs.length,
    accuracy: failing.length > 0 ? failing.filter(({ isRight }) => isRight).length / failing.length : undefined,
    falseAlarms: controls.filter(({ isRight }) => !isRight).length,
    controlRuns: controls.length,
    median: quantile(times, 0.5),
    p90: quantile(times, 0.9),
  };
}

export function isControl({ expected }: Run): boolean {
  return expected.includes("none");
}

/** The nearest rank; `undefined` of none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
