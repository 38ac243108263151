import type { BlackBox } from "../../blackbox/memory.js";
import type { Budget } from "../incidents/budget.js";
import type { ToMain, WatchdogStart } from "../link/messages.js";
import type { Sampler } from "./sampler.js";

/** What the parts of the watchdog's thread have in common. */
export interface WorkerParts {
  readonly start: WatchdogStart;
  readonly box: BlackBox;
  readonly sampler: Sampler;
  /** Of the incidents that it opens. */
  readonly budget: Budget;
  /** Milliseconds, of a clock that never steps. */
  now(): number;
  send(message: ToMain): void;
}
