import type { Call, Task } from "./call.js";
import { type Inner, type Outcome, Settler } from "./outcome.js";
import type { Policy } from "./policy.js";
import { started } from "./settle.js";

/** A policy as a part of a chain. It tells by callbacks, so that a chain makes one promise and not one a policy. */
export interface Layer {
  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): void;
}

/** The function itself. */
const FUNCTION: Inner = {
  start(task, call, outcome) {
    started(task, call).then(
      (value) => outcome.passed(value),
      (error: unknown) => outcome.failed(error),
    );
  },
};

class Link implements Inner {
  readonly #layer: Layer;
  readonly #inner: Inner;

  constructor(layer: Layer, inner: Inner) {
    this.#layer = layer;
    this.#inner = inner;
  }

  start(task: Task<unknown>, call: Call, outcome: Outcome): void {
    this.#layer.start(this.#inner, task, call, outcome);
  }
}

/** Links layers, the outermost first, once for all calls. */
export function chainOf(layers: readonly Layer[]): Inner {
  return layers.reduceRight<Inner>((inner, layer) => new Link(layer, inner), FUNCTION);
}

/** Calls `task` within a chain. `T`: what the function or a policy of the chain gives. */
export function promised<T>(chain: Inner, task: Task<unknown>, call: Call): Promise<T> {
  return new Promise<unknown>((resolve, reject) => chain.start(task, call, new Settler(resolve, reject))) as Promise<T>;
}

/** A policy as a layer, also where it knows only of promises. */
export function layerOf(policy: Policy<unknown>): Layer {
  const { start } = policy;
  if (start !== undefined) return policy as Policy<unknown> & Layer;
  return {
    start(inner, task, call, outcome) {
      policy
        .run((within) => promised(inner, task, within), call)
        .then(
          (value) => outcome.passed(value),
          (error: unknown) => outcome.failed(error),
        );
    },
  };
}
