import { CommandError } from "../../command-error.js";
import type { Known } from "../../plane/answers.js";
import { EXIT, print, type Terminal, widthFor } from "../../terminal.js";
import { type Paint, paintFor } from "../../text/paint.js";
import { clock, span } from "../../text/units.js";

/** What an answer is shown with. */
export interface View {
  readonly paint: Paint;
  /** Characters of a line. */
  readonly width: number;
}

/** Prints an answer as it came, or else the lines that `render` makes of it. */
export function printAnswer<T extends object>(
  terminal: Terminal,
  json: boolean | undefined,
  answer: T,
  render: (answer: T, view: View) => readonly string[],
): void {
  const view = { paint: paintFor(terminal.out), width: widthFor(terminal.out) };
  print(terminal, json, answer, json ? "" : rendered(() => render(answer, view)).join("\n"));
}

/** The lines, or else what it means that there is no making them: a plane of another version answers in its own way. */
export function rendered(render: () => readonly string[]): readonly string[] {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(
      EXIT.found,
      `the plane answers in a form that this version of sop does not know (${error.message}); --json prints it as it came`,
    );
  }
}

/** Says so where the figures are not of now. */
export function staleness({ live, asOf }: Known, { paint }: View, now: number = Date.now()): string[] {
  if (live) return [];
  const at = Date.parse(asOf);
  const age = span(Math.max(0, now - at));
  return [
    paint.red(
      `! the main thread does not answer: it is blocked since about ${clock(at)}, ${age} ago, and this is what was known then`,
    ),
  ];
}
