import type { Call, ExecuteOptions, Task } from "./call.js";
import type { Inner, Outcome } from "./outcome.js";

/** What a policy is, for those who look at the order of a composition. */
export type PolicyKind =
  | "breaker"
  | "timeout"
  | "retry"
  | "bulkhead"
  | "adaptive_limit"
  | "fallback"
  | "hedge"
  | "composed";

/** Guards calls of functions. `V`: what it may give in place of the function's value, as `fallback` does. */
export interface Policy<out V = never> {
  readonly kind: PolicyKind;
  /** Only a type: the compiler cannot read `V` off the generic methods. No policy has it. */
  readonly substitute?: () => V;
  /** Those that a composed one is made of, the outermost first. */
  readonly parts?: readonly Policy<V>[];
  /** Calls `task` under this policy. Never throws: what goes wrong is the promise's rejection. */
  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T | V>;
  /** As `execute`, within a call of an outer policy. An abort of `call` is that one's to tell: this only hands it on. */
  run<T>(task: Task<T>, call: Call): Promise<T | V>;
  /** As `run`, around `inner`, whose end `outcome` is told: what a composition prefers, as it makes fewer promises. */
  start?(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown>;
}
