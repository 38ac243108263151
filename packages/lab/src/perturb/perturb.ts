import { type Duration, OptionCheck, SopError } from "@sop/core";
import { type Found, textOf } from "./found.js";
import { perturbed } from "./patches.js";
import type { Plan } from "./plan.js";
import { Scheduler } from "./scheduler.js";
import { type Run, search } from "./search.js";

/** Options of `perturb`. */
export interface PerturbOptions<T> {
  /**
   * What has to be true of what `fn` gave: it returns `false`, or throws, where it is not. Default: `fn` has to end without an error, which it has to
   * in any case.
   */
  readonly invariant?: ((result: T) => unknown) | undefined;
  /** How many orders are tried, 1 to 100,000. Default 100. */
  readonly runs?: number | undefined;
  /** The seed of the first one, a whole number of 0 to 2,147,483,647. Default 1: the same orders each time. */
  readonly seed?: number | undefined;
  /** For how long one run may go on: what does not end is stuck, and has failed. Default `5s`. */
  readonly timeout?: Duration | undefined;
}

/** Thrown by `perturb`: its message has the seed, what was late, and all that happened, in order. */
export class PerturbError extends SopError {
  readonly found: Found;

  constructor(found: Found, runs: number) {
    super("SOP_ERR_LAB", textOf(found, runs));
    this.found = found;
  }
}

/**
 * Runs `fn` again and again, each time with another order of its timers, immediates, files and requests to servers in this process, and looks whether
 * it holds. For tests only. Resolves with the number of runs where no order was found in which it fails; rejects with a `PerturbError` that tells
 * one, made as small as it can be, which the same seed finds again. `fn` has to begin from nothing each time. Throws `SOP_ERR_OPTION` for options
 * that are wrong.
 *
 * ```js
 * await perturb(
 *   async () => {
 *     const account = await openAccount(100);
 *     await Promise.all([account.withdraw(30), account.withdraw(50)]);
 *     return account.balance();
 *   },
 *   { invariant: (balance) => balance === 20 },
 * );
 * ```
 */
export async function perturb<T>(fn: () => T | Promise<T>, options: PerturbOptions<T> = {}): Promise<number> {
  const check = new OptionCheck(options, "", ["invariant", "runs", "seed", "timeout"]);
  const invariant = check.fn<(result: T) => unknown>("invariant");
  const runs = check.integer("runs", 100, 1, 100_000);
  const seed = check.integer("seed", 1, 0, 2 ** 31 - 1);
  const timeout = check.duration("timeout", 5_000, 1, 600_000);
  check.done();
  const found = await search({ seed, runs, shrinks: 100, run: (plan) => once(plan, fn, invariant, timeout) });
  if (found) throw new PerturbError(found, runs);
  return runs;
}

const { setTimeout: realTimeout, clearTimeout: realClear } = globalThis;

async function once<T>(
  plan: Plan,
  fn: () => T | Promise<T>,
  invariant: ((result: T) => unknown) | undefined,
  timeout: number,
): Promise<Run> {
  const scheduler = new Scheduler(plan);
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    timer = realTimeout(() => reject(new Error(`it is stuck: it did not end within ${timeout} ms`)), timeout);
  });
  try {
    const result = await Promise.race([perturbed(scheduler, async () => fn()), stuck]);
    const holds = await invariant?.(result);
    const failure = holds === false ? `The invariant does not hold for ${shown(result)}` : undefined;
    return { failure, steps: [...scheduler.steps] };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : shown(error), steps: [...scheduler.steps] };
  } finally {
    realClear(timer);
    scheduler.stop();
  }
}

function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 200 ? `${text.slice(0, 197)}...` : text;
  } catch {
    return String(value);
  }
}
