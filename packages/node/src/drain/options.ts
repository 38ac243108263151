import { OptionCheck, parseDuration, type SopOptions } from "@sop/core";

/** Options of the drain of a Node service. */
export interface DrainOptions {
  /** Whether SIGTERM and SIGINT start the drain and then end the process. Default true. */
  readonly signals?: boolean | undefined;
}

/** The times of a drain, and what Node has to it. */
export type NodeDrain = DrainOptions & SopOptions["drain"];

const TIMES = ["limit", "wait", "spread"];

/** Checks the options of `drain` and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readDrainOptions(
  options?: DrainOptions,
  others: readonly string[] = [],
): { readonly signals: boolean } {
  const check = new OptionCheck(options, "drain", ["signals", ...others]);
  const signals = options?.signals ?? true;
  if (typeof signals !== "boolean") check.reject("signals", "true or false");
  check.done();
  return { signals };
}

/** The same where the core's times stand beside them. */
export function checkNodeDrain(options: NodeDrain | undefined): { readonly signals: boolean } {
  return readDrainOptions(options, TIMES);
}

/** What of it is the core's. Balancers that look every few hundred milliseconds see that it is not ready before it closes. */
export function coreDrain(options: NodeDrain = {}): SopOptions["drain"] & object {
  if (typeof options !== "object") return {};
  const { signals: _node, ...times } = options;
  const limit = parseDuration(times.limit ?? "30s") ?? 0;
  return { wait: Math.min(500, Math.floor(limit / 4)), ...times };
}
