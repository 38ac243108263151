import type { Call, ExecuteOptions, Task } from "../call.js";
import { execute } from "../execute.js";
import type { Policy } from "../policy.js";
import type { PolicyProblem } from "./problem.js";
import { type WrapOptions, type Wrapped, wrapped } from "./wrapped.js";

/** Several policies as one, the first of them the outermost. Made by `policy`. */
export class ComposedPolicy<out V> implements Policy<V> {
  readonly kind = "composed";
  /** The policies, the outermost first; those of a composed one in its place. */
  readonly parts: readonly Policy<V>[];
  /** What is known to hurt in this order. It was told when the policy was made. */
  readonly problems: readonly PolicyProblem[];
  readonly #outermost: Policy<V>;
  readonly #inner: Policy<V> | undefined;

  constructor(outermost: Policy<V>, inner: readonly Policy<V>[], problems: readonly PolicyProblem[]) {
    const [next, ...rest] = inner;
    this.parts = [outermost, ...inner].flatMap((policy) => policy.parts ?? [policy]);
    this.problems = problems;
    this.#outermost = outermost;
    this.#inner = next === undefined || rest.length === 0 ? next : new ComposedPolicy(next, rest, []);
  }

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T | V> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T | V> {
    const inner = this.#inner;
    if (inner === undefined) return this.#outermost.run(task, call);
    return this.#outermost.run((within) => inner.run(task, within), call);
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
