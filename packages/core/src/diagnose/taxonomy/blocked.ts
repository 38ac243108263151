import { atLeast, type Way } from "./cause-class.js";

/** What refutes others: while the loop is blocked, calls that were answered long ago look as if they were not, and requests as if they were stuck. */
export const isBlocked: Way = {
  sees: "the main thread computes, and the event loop is blocked",
  checks: [atLeast("loop_blocked_ms", 2_000), atLeast("loop_blocked_cpu_ratio", 0.5)],
};
