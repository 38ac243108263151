import type { Run } from "./run-case.ts";
import { isControl, quantile, type Score, scores } from "./score.ts";

type Row = readonly string[];

/** The runs as text: a line for each case, and the scores below. `markdown`: as tables of a document. */
export function render(runs: readonly Run[], { markdown = false }: { readonly markdown?: boolean } = {}): string {
  const nodes = [...new Set(runs.map(({ node }) => node))].sort();
  const ids = [...new Set(runs.map(({ id }) => id))];
  const head = ["case", "set", "expected", ...nodes.map((node) => `Node ${node}`), "right", "time"];
  const rows = ids.map((id) =>
    rowOf(
      runs.filter((run) => run.id === id),
      nodes,
    ),
  );
  const total = ["set", "cases", "runs", "top-1 accuracy", "false alarms", "median time", "90 % within"];
  const draw = markdown ? markdownTable : textTable;
  return `${draw(head, rows)}\n\n${draw(total, scores(runs).map(scoreRow))}\n`;
}

function rowOf(runs: readonly Run[], nodes: readonly string[]): Row {
  const [first] = runs as [Run, ...Run[]];
  const times = runs.flatMap(({ took }) => took ?? []);
  return [
    first.id,
    first.set,
    isControl(first) ? "no incident" : (first.expected[0] ?? ""),
    ...nodes.map((node) => answers(runs.filter((run) => run.node === node))),
    `${runs.filter(({ isRight }) => isRight).length} of ${runs.length}`,
    seconds(quantile(times, 0.5)),
  ];
}

/** `memory_leak ×5`; where runs differ, each with its number. */
function answers(runs: readonly Run[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of runs) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => (count > 1 ? `${answer} ×${count}` : answer)).join(", ");
}

function scoreRow({ name, cases, runs, accuracy, falseAlarms, controlRuns, median, p90 }: Score): Row {
  return [
    name,
    String(cases),
    String(runs),
    accuracy === undefined ? "-" : accuracy.toFixed(3),
    `${falseAlarms} of ${controlRuns}`,
    seconds(median),
    seconds(p90),
  ];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "-" : `${(ms / 1_000).toFixed(1)} s`;
}

function markdownTable(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function textTable(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: Row): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)].join("\n");
}
