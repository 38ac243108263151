/** The trigger of an incident that a signal opened. */
export function triggerOf(signal: string): string {
  return `sensor: ${signal}`;
}

/** The signal of a main thread that does not answer: the class of root causes that it speaks for, as those of the core. */
export const BLOCKED_SIGNAL = "event_loop_stall";
