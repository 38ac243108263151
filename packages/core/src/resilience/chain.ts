import type { Call, Task } from "./call.js";
import { END, type Inner, type Outcome, through } from "./outcome.js";
import type { Policy } from "./policy.js";
import { started } from "./settle.js";

/** A policy as a part of a chain. A chain makes one promise for all its policies, because each of them only maps how calls end. */
export interface Layer {
  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown>;
}

/** The function itself. */
const FUNCTION: Inner = {
  start: (task, call, outcome) => through(started(task, call), outcome),
};

class Link implements Inner {
  readonly #layer: Layer;
  readonly #inner: Inner;

  constructor(layer: Layer, inner: Inner) {
    this.#layer = layer;
    this.#inner = inner;
  }

  start(task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    return this.#layer.start(this.#inner, task, call, outcome);
  }
}

/** Links layers, the outermost first, once for all calls. */
export function chainOf(layers: readonly Layer[]): Inner {
  return layers.reduceRight<Inner>((inner, layer) => new Link(layer, inner), FUNCTION);
}

/** Calls `task` within a chain. `T`: what the function or a policy of the chain gives. */
export function promised<T>(chain: Inner, task: Task<unknown>, call: Call): Promise<T> {
  return chain.start(task, call, END) as Promise<T>;
}

/** A policy as a layer, also where it knows only of promises. */
export function layerOf(policy: Policy<unknown>): Layer {
  if (policy.start !== undefined) return policy as Policy<unknown> & Layer;
  return {
    start: (inner, task, call, outcome) =>
      through(
        policy.run((within) => inner.start(task, within, END), call),
        outcome,
      ),
  };
}
