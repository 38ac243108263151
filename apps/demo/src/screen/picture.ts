import type { StepTaken } from "../drill/step.ts";
import { hasFailed, type Outcome } from "../traffic/traffic.ts";

const COLUMNS = 60;
const BEFORE = 2;
const LABEL = 12;
const BARS = " ▁▂▃▄▅▆▇█";
const SECONDS_A_TICK = [1, 2, 5, 10, 15, 20, 30, 60];

/** The loop on a line of time: the steps as they were taken, and above them what the customers got. `since`: what happened at its begin. */
export function picture(
  crashedAt: number,
  steps: readonly StepTaken[],
  outcomes: readonly Outcome[],
  since = "the crash",
): string {
  const end = Math.max(1, ...steps.map(({ at }) => (at - crashedAt) / 1_000));
  const columnOf = (at: number): number =>
    Math.round((((at - crashedAt) / 1_000 + BEFORE) / (end + BEFORE)) * (COLUMNS - 1));
  const shown = outcomes.filter(({ endedAt }) => columnOf(endedAt) >= 0 && columnOf(endedAt) < COLUMNS);
  const answered = columns(shown.filter((outcome) => !hasFailed(outcome)).map(({ endedAt }) => columnOf(endedAt)));
  const failed = columns(shown.filter(hasFailed).map(({ endedAt }) => columnOf(endedAt)));
  const most = Math.max(...answered);
  return [
    row("answered", answered.map((count) => bar(count, most)).join(""), "requests of customers"),
    row("failed", failed.map((count) => (count === 0 ? "·" : "✘")).join(""), String(shown.filter(hasFailed).length)),
    ...steps.map(({ step, at }) => {
      const column = columnOf(at);
      const from = Math.min(columnOf(crashedAt), column);
      const line = " ".repeat(from) + "─".repeat(column - from);
      return row(step, `${line}●`.padEnd(COLUMNS), `${Math.max(0, (at - crashedAt) / 1_000).toFixed(1)} s`);
    }),
    ...axis(end, since, (seconds) => columnOf(crashedAt + seconds * 1_000)),
  ].join("\n");
}

function row(label: string, line: string, note: string): string {
  return `  ${label.padEnd(LABEL)}${line}  ${note}`.trimEnd();
}

function columns(found: readonly number[]): number[] {
  const counts = new Array<number>(COLUMNS).fill(0);
  for (const column of found) counts[column] = (counts[column] ?? 0) + 1;
  return counts;
}

function bar(count: number, most: number): string {
  return BARS[count === 0 ? 0 : Math.ceil((count / most) * (BARS.length - 1))] ?? "";
}

/** Marks of time below the rows. */
function axis(end: number, since: string, columnOf: (seconds: number) => number): string[] {
  const tick = SECONDS_A_TICK.find((seconds) => end / seconds <= 8) ?? Math.ceil(end / 8);
  const marks = new Array<string>(COLUMNS).fill("─");
  const names = new Array<string>(COLUMNS + 4).fill(" ");
  for (let seconds = 0; seconds <= end; seconds += tick) {
    const column = columnOf(seconds);
    marks[column] = "┬";
    for (const [i, character] of [...String(seconds)].entries()) names[column + i] = character;
  }
  return [row("", marks.join(""), ""), row("", names.join(""), `seconds since ${since}`)];
}
