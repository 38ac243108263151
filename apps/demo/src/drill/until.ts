import { setTimeout } from "node:timers/promises";
import { CheckFailed } from "./step.ts";

const PAUSE = 10;

/** Asks again and again until there is an answer. Throws what did not come within `patience` milliseconds. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { patience, otherwise, signal }: { patience: number; otherwise: string; signal: AbortSignal },
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new CheckFailed(otherwise);
    await setTimeout(PAUSE, undefined, { signal });
  }
}
