import type { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import { readClock } from "../ports.js";

/** Options of `bulkhead`. Everything has a default. */
export interface BulkheadOptions {
  /** Calls that run at the same time, 1 to 1,000,000. Default 10. */
  readonly maxConcurrent?: number;
  /** Calls that may wait for a place, 0 to 1,000,000. Default 0: what finds no place is refused. */
  readonly maxQueue?: number;
  /**
   * Who is next: the oldest (`fifo`, the default) or the newest (`lifo`), which under overload is the one whose caller is still
   * there. What comes to a full queue is refused; with `lifo` it takes the place of the oldest, which is refused instead.
   */
  readonly order?: "fifo" | "lifo";
  /** The longest wait, 1 ms to 1 h; it ends before that with the call's deadline. Default 1 s. */
  readonly maxWait?: Duration;
  /** What a refusal tells its caller to wait, 0 to 1 h. Default 1 s. */
  readonly retryAfter?: Duration;
  /** Stands in its errors. Default `bulkhead`. */
  readonly name?: string;
  readonly clock?: Clock;
}

/** The names of all options. */
export const BULKHEAD_OPTION_NAMES = [
  "maxConcurrent",
  "maxQueue",
  "order",
  "maxWait",
  "retryAfter",
  "name",
  "clock",
] as const satisfies readonly (keyof BulkheadOptions)[];

/** Options with every default filled in; durations in milliseconds. */
export interface BulkheadSettings {
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly order: "fifo" | "lifo";
  readonly maxWait: number;
  readonly retryAfter: number;
  readonly name: string;
  readonly clock: Clock;
}

const MANY = 1_000_000;
const HOUR = 3_600_000;

/** Reads the options of a bulkhead; problems are collected in `check`. */
export function readBulkheadOptions(check: OptionCheck): BulkheadSettings {
  return {
    maxConcurrent: check.integer("maxConcurrent", 10, 1, MANY),
    maxQueue: check.integer("maxQueue", 0, 0, MANY),
    order: check.oneOf("order", ["fifo", "lifo"], "fifo"),
    maxWait: check.duration("maxWait", 1_000, 1, HOUR),
    retryAfter: check.duration("retryAfter", 1_000, 0, HOUR),
    name: check.text("name", "bulkhead"),
    clock: readClock(check),
  };
}
