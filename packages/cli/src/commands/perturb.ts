import { statSync } from "node:fs";
import { relative } from "node:path";
import { OptionError, type OptionProblem } from "@sop/core";
import { type Perturbed, perturbFile } from "@sop/lab";
import { markStep } from "@sop/node/forensics";
import { findIncident } from "../find-incident.js";
import { EXIT, print, type Terminal, working } from "../terminal.js";

/** Options of `sop repro --perturb`, as they were typed. */
export interface PerturbArguments {
  readonly perturb?: boolean;
  readonly seed?: string;
  readonly runs?: string;
}

/** Searches for an order of events in which an incident's service, a test file or a script fails. One was found: 1. */
export async function perturbTarget(
  given: string,
  dir: string | undefined,
  { seed, runs, json }: PerturbArguments & { readonly json: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  const options = numbers({ seed, runs });
  const isIncident = !isFile(given);
  const target = isIncident ? findIncident(given, dir) : given;
  const place = relative(process.cwd(), target) || target;
  const search = (): Promise<Perturbed> => perturbFile(target, { ...options, signal: terminal.signal });
  const { text, ...result } = await working(terminal, `running ${place} in up to ${options.runs ?? 20} orders`, search);
  const { found } = result;
  if (isIncident && found) markStep(target, "reproduced", `fails in the order of seed ${found.seed}`);
  // Its path rather than what was given: the latest incident may soon be another one.
  const again = found ? `\nAgain: sop repro ${place} --perturb --seed ${found.seed} --runs 1` : "";
  print(terminal, json, { target, ...result }, `${place}: ${text}${again}`);
  return found ? EXIT.found : EXIT.fine;
}

/** What makes no sense without `--perturb` is wrong usage. */
export function checkPlain({ seed, runs }: PerturbArguments): void {
  const problems = Object.entries({ seed, runs })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ path: `--${name}`, value: JSON.stringify(value), allowed: "only with --perturb" }));
  if (problems.length > 0) throw new OptionError(problems);
}

function isFile(given: string): boolean {
  return statSync(given, { throwIfNoEntry: false })?.isFile() ?? false;
}

function numbers(given: Readonly<Record<"seed" | "runs", string | undefined>>): { seed?: number; runs?: number } {
  const problems: OptionProblem[] = [];
  const read: { seed?: number; runs?: number } = {};
  for (const name of ["seed", "runs"] as const) {
    const text = given[name];
    if (text === undefined) continue;
    if (/^\d{1,10}$/.test(text)) read[name] = Number(text);
    else problems.push({ path: `--${name}`, value: JSON.stringify(text), allowed: "a whole number" });
  }
  if (problems.length > 0) throw new OptionError(problems);
  return read;
}
