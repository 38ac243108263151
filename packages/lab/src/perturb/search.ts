import type { Found } from "./found.js";
import { type Plan, planOf, planOfSeed, seedOfRun } from "./plan.js";
import type { Step } from "./scheduler.js";
import { type Delays, shrink } from "./shrink.js";

/** How one run went. */
export interface Run {
  /** Why it failed; `undefined`: it did not. */
  readonly failure: string | undefined;
  readonly steps: readonly Step[];
}

/** How an order is searched for in which it fails. */
export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Runs that may be spent to find what of it matters. */
  readonly shrinks: number;
  /** Runs it once; `delays` are those of the plan, where it has no seed. */
  run(plan: Plan, how: { readonly seed: number } | { readonly delays: Delays }): Promise<Run>;
  /** Told before each run. */
  progress?: ((run: number) => void) | undefined;
}

const AGAIN = 3;

/** Searches for an order of events in which it fails, and makes it as small as it can; `undefined` where none was found. */
export async function search({ seed, runs, shrinks, run, progress }: Search): Promise<Found | undefined> {
  for (let i = 0; i < runs; i++) {
    progress?.(i + 1);
    const own = seedOfRun(seed, i);
    const found = await run(planOfSeed(own), { seed: own });
    if (found.failure !== undefined) return small({ run, shrinks, seed: own, at: i + 1 }, found);
  }
  return undefined;
}

async function small(
  { run, shrinks, seed, at }: Pick<Search, "run" | "shrinks"> & { readonly seed: number; readonly at: number },
  first: Run,
): Promise<Found> {
  const attempt = (delays: Delays) => run(planOf(delays), { delays });
  const delays = new Map(first.steps.filter(({ late }) => late > 0).map(({ event, late }) => [event, late] as const));
  const asItIs = await attempt(new Map());
  let smallest = asItIs.failure === undefined ? delays : new Map<number, number>();
  let last: Run = asItIs.failure === undefined ? first : asItIs;
  if (asItIs.failure === undefined) {
    smallest = new Map(
      await shrink(
        delays,
        async (fewer) => {
          const tried = await attempt(fewer);
          if (tried.failure !== undefined) last = tried;
          return tried.failure !== undefined;
        },
        shrinks,
      ),
    );
  }
  let failed = 0;
  for (let i = 0; i < AGAIN; i++) if ((await attempt(smallest)).failure !== undefined) failed++;
  return {
    seed,
    run: at,
    failure: last.failure ?? first.failure ?? "",
    failsAsItIs: asItIs.failure !== undefined,
    late: last.steps.filter(({ event }) => smallest.has(event)),
    steps: last.steps,
    again: { failed, of: AGAIN },
  };
}
