import type { LatencySlice } from "@sop/node/latency";

/** What was measured so far. Times are milliseconds since 1970. */
export interface SoFar {
  readonly from: number;
  readonly until: number;
  /** Upper ends of the buckets, in milliseconds. */
  readonly bounds: readonly number[];
  readonly slices: readonly LatencySlice[];
  /** What people should know of it. */
  readonly notes: readonly string[];
}

/** Something that figures of latency come from. */
export interface LatencySource {
  /** For people, without anything secret. */
  readonly name: string;
  /** The service's name, where it is known. */
  readonly service: string | undefined;
  /** How long it may be left alone without forgetting anything, in milliseconds. */
  readonly patience: number;
  /** Asks for what happened since the last time. Throws a `CommandError` where it cannot be had. */
  poll(): Promise<void>;
  /** What was measured so far; until the first answer there is nothing. */
  soFar(): SoFar;
}
