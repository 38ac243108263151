import { appendFileSync } from "node:fs";
import { perturbProcess } from "./patches.js";
import { type Plan, planOf, planOfSeed } from "./plan.js";
import { Scheduler, type Step } from "./scheduler.js";

/** The environment variable that tells a process how its events are perturbed, as JSON. */
export const PERTURB_VARIABLE = "SOP_LAB_PERTURB";

/** What that variable says. */
export interface PerturbSettings {
  /** What of it is perturbed: each test of a test file, a script from its beginning on, or the services that tests start. */
  readonly what: "test" | "script" | "service";
  /** The seed, or what is late. */
  readonly seed?: number | undefined;
  readonly delays?: readonly (readonly [event: number, late: number])[] | undefined;
  /** Where each step is written to as it happens: one line of JSON each. */
  readonly steps: string;
}

/** The settings of this process; `undefined` where it is not perturbed. */
export function readPerturbation(env: Readonly<Record<string, string | undefined>>): PerturbSettings | undefined {
  const text = env[PERTURB_VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Perturbs this process from now on. Returns a function that ends it. */
export function beginPerturbation({ seed, delays = [], steps }: PerturbSettings): () => void {
  const plan: Plan = seed === undefined ? planOf(new Map(delays)) : planOfSeed(seed);
  const scheduler = new Scheduler(plan, (step: Step) => appendFileSync(steps, `${JSON.stringify(step)}\n`));
  perturbProcess(scheduler);
  return () => {
    perturbProcess(undefined);
    scheduler.stop();
  };
}
