import type { Call, ExecuteOptions, Task } from "../call.js";
import { chainOf, layerOf, promised } from "../chain.js";
import { execute } from "../execute.js";
import type { Inner } from "../outcome.js";
import type { Policy } from "../policy.js";
import type { PolicyProblem } from "./problem.js";
import { type WrapOptions, type Wrapped, wrapped } from "./wrapped.js";

/** Several policies as one, the first of them the outermost. Made by `policy`. */
export class ComposedPolicy<out V> implements Policy<V> {
  readonly kind = "composed";
  declare readonly substitute?: () => V;
  /** The policies, the outermost first; those of a composed one in its place. */
  readonly parts: readonly Policy<V>[];
  /** What is known to hurt in this order. It was told when the policy was made. */
  readonly problems: readonly PolicyProblem[];
  readonly #chain: Inner;

  /** `parts`: the outermost first. */
  constructor(parts: readonly Policy<V>[], problems: readonly PolicyProblem[]) {
    this.parts = parts;
    this.problems = problems;
    this.#chain = chainOf(parts.map(layerOf));
  }

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T | V> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T | V> {
    return promised(this.#chain, task, call);
  }

  /**
   * A function that calls `fn` under this policy, with its own parameters, `this` and result. It gets no `call`: what listens to the
   * signal is given to `execute`.
   */
  wrap<This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => R,
    options: WrapOptions<A> = {},
  ): Wrapped<This, A, R, V> {
    return wrapped(this, fn, options);
  }
}
