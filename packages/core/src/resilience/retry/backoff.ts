import type { RetrySettings } from "./options.js";

/** The longest wait before an attempt, in milliseconds: `delay` before the second one, doubled with each further one. */
export function longestWait({ delay, maxDelay }: Pick<RetrySettings, "delay" | "maxDelay">, attempt: number): number {
  return Math.min(maxDelay, delay * 2 ** (attempt - 2));
}

/**
 * The wait before an attempt: anything between nothing and the longest wait, which is what spreads the load best ("full jitter",
 * M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 */
export function waitBefore(settings: RetrySettings, attempt: number): number {
  return settings.random() * longestWait(settings, attempt);
}
