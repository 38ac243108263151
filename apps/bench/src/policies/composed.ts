import * as core from "@sop/core";

/** What composes policies, where the core has it. */
interface Composing {
  readonly policy?: (...policies: readonly object[]) => object;
  readonly timeout?: (after: string) => object;
  readonly retry?: () => object;
  readonly bulkhead?: () => object;
}

const { policy, timeout, retry, bulkhead } = core as Composing;

/** The four policies that most calls need, composed; `undefined` where the core has none. */
export const composed: object | undefined =
  policy && timeout && retry && bulkhead && policy(timeout("5s"), retry(), core.circuitBreaker(), bulkhead());
