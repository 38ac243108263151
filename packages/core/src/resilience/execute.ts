import { type ExecuteOptions, type Task, UNLIMITED } from "./call.js";
import type { Policy } from "./policy.js";
import { Scope } from "./scope.js";

/** The outermost call, with what its caller said of it. */
class RootCall extends Scope {
  readonly #options: ExecuteOptions;

  constructor(options: ExecuteOptions) {
    super(UNLIMITED);
    this.#options = options;
  }

  override get signal(): AbortSignal {
    return this.#options.signal ?? super.signal;
  }

  override get deadline(): number {
    return this.#options.deadline ?? Number.POSITIVE_INFINITY;
  }

  override get idempotent(): boolean | undefined {
    return this.#options.idempotent;
  }

  override get key(): string | undefined {
    return this.#options.key;
  }
}

/** Calls `task` under `policy` for a caller from outside. */
export function execute<T, V>(policy: Policy<V>, task: Task<T>, options: ExecuteOptions | undefined): Promise<T | V> {
  if (options === undefined) return policy.run(task, UNLIMITED);
  const call = new RootCall(options);
  return options.signal === undefined ? policy.run(task, call) : underSignal(policy, task, call, options.signal);
}

function underSignal<T, V>(policy: Policy<V>, task: Task<T>, call: Scope, signal: AbortSignal): Promise<T | V> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason);
      call.abort(signal.reason);
    };
    const done = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    policy.run(task, call).then(resolve, reject).then(done);
  });
}
