import { relative } from "node:path";
import { type Alias, type ReproRun, runRepro, writeRepro } from "@sop/lab";
import { markStep } from "@sop/node/forensics";
import { EXIT, print, type Terminal, working } from "../terminal.js";

/** Options of `sop repro`. */
export interface ReproCommand {
  readonly run: boolean;
  readonly alias: Alias;
  readonly json: boolean | undefined;
}

/** Writes the failing test of an incident, and runs it where that is asked for. The test fails: 1. */
export async function reproduce(dir: string, { run, alias, json }: ReproCommand, terminal: Terminal): Promise<number> {
  const { test } = writeRepro(dir);
  const place = relative(process.cwd(), test);
  if (!run) {
    print(terminal, json, { test }, `wrote ${place}`);
    return EXIT.fine;
  }
  const result = await working(terminal, `running ${place}`, () => runRepro(dir, { alias, signal: terminal.signal }));
  // With another package in its place it shows that it is mended, not that it happened again.
  if (!result.passed && Object.keys(alias).length === 0) markStep(dir, "reproduced", `${place} fails`);
  print(terminal, json, { test, ...result }, textOf(place, result));
  return result.passed ? EXIT.fine : EXIT.found;
}

function textOf(place: string, { passed, failures, duration }: ReproRun): string {
  const seconds = `${(duration / 1_000).toFixed(1)} s`;
  if (passed) return `${place} passes (${seconds}): it does not happen any more`;
  return [`${place} fails (${seconds}): it happens again`, ...failures.map((failure) => `\n${failure}`)].join("\n");
}
