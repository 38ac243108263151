import * as core from "@sop/core";
import type { Call } from "./measure.ts";

interface Guard {
  execute(task: Call): Promise<unknown>;
}

/** What composes policies, where the core has it. */
interface Composing {
  readonly policy?: (...policies: readonly Guard[]) => Guard;
  readonly timeout?: (after: string) => Guard;
  readonly retry?: () => Guard;
  readonly bulkhead?: () => Guard;
}

/** The row of the four policies that most calls need, composed. */
export async function composed(task: Call): Promise<Record<string, Call>> {
  const { policy, timeout, retry, bulkhead } = core as Composing;
  if (!policy || !timeout || !retry || !bulkhead) return {};
  const guard = policy(timeout("5s"), retry(), core.circuitBreaker(), bulkhead());
  return { "SOP, timeout, retry, breaker, bulkhead": () => guard.execute(task) };
}
