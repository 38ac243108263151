import type { ExplainedStep } from "@sop/core";

/** The steps of a rule as a tree, a line each: what was asked for first, and below it what it had to know. */
export function treeOf(steps: readonly ExplainedStep[]): string[] {
  // A step is done after those that it needed: its own come before it.
  const roots = steps.filter((step) => parentOf(step, steps) === undefined);
  return roots.flatMap((root) => branch(root, steps, "", ""));
}

function branch(step: ExplainedStep, steps: readonly ExplainedStep[], here: string, below: string): string[] {
  const needed = steps.filter((other) => parentOf(other, steps) === step);
  const lines = needed.flatMap((other, i) => {
    const isLast = i === needed.length - 1;
    return branch(other, steps, `${below}${isLast ? "└─ " : "├─ "}`, `${below}${isLast ? "   " : "│  "}`);
  });
  return [`${here}${lineOf(step)}`, ...lines];
}

function parentOf(step: ExplainedStep, steps: readonly ExplainedStep[]): ExplainedStep | undefined {
  let parent: ExplainedStep | undefined;
  for (const other of steps) {
    const isAbove = step.path.startsWith(`${other.path}.`);
    if (isAbove && other.path.length > (parent?.path.length ?? 0)) parent = other;
  }
  return parent;
}

function lineOf({ operator, operands, result }: ExplainedStep): string {
  const shown = operands.map((operand) => JSON.stringify(operand) ?? "-");
  return `${operator} ${shown.join(", ")} = ${JSON.stringify(result) ?? "nothing"}`;
}
