import type { Clock } from "../ports/clock.js";
import type { Context } from "../request/context.js";

/** Waits `ms` milliseconds. False, at once, where the request is over: its deadline passed, its client left, it was answered. */
export function pause(clock: Clock, context: Context, ms: number): Promise<boolean> {
  const { signal } = context;
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve(!signal.aborted && !context.answer && context.phase !== "closed");
    };
    const timer = clock.setTimeout(end, signal.aborted ? 0 : ms);
    signal.addEventListener("abort", end);
  });
}
