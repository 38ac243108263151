import type { Call, ExecuteOptions, Task } from "./call.js";
import { chainOf, type Layer, promised } from "./chain.js";
import { execute } from "./execute.js";
import type { Inner, Outcome } from "./outcome.js";
import type { Policy, PolicyKind } from "./policy.js";

/** A policy that is written as a layer. */
export abstract class Guard<out V = never> implements Policy<V>, Layer {
  abstract readonly kind: PolicyKind;
  readonly #alone: Inner = chainOf([this]);

  /** Calls `inner` under this policy. */
  abstract start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown>;

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T | V> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T | V> {
    return promised(this.#alone, task, call);
  }
}
