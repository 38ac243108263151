import type { RequestContext } from "../request/request-context.js";
import { shared } from "./shared.js";

/** Carries the request through callbacks and promises, so that an error without a catcher still has an owner. */
export interface AsyncContext {
  /** Calls `fn(...args)`; all that it starts belongs to `context`. */
  run<A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R;
  /** The request that the running code belongs to. */
  getStore(): RequestContext | undefined;
}

interface Runtime {
  readonly process?: {
    getBuiltinModule?(id: string): { readonly AsyncLocalStorage: new () => AsyncContext } | undefined;
  };
}

const NONE: AsyncContext = {
  run: (_context, fn, ...args) => fn(...args),
  getStore: () => undefined,
};

/** The runtime's AsyncLocalStorage (Node, Bun, Deno, Workers with `nodejs_compat`); without one, a null object. */
export function systemAsyncContext(): AsyncContext {
  return shared("async-context", () => {
    const { process } = globalThis as typeof globalThis & Runtime;
    const hooks = process?.getBuiltinModule?.("node:async_hooks");
    return hooks ? new hooks.AsyncLocalStorage() : NONE;
  });
}
