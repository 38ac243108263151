import type { RequestContext } from "../request/request-context.js";

/** Carries the request through callbacks and promises, so that an error without a catcher still has an owner. */
export interface AsyncContext {
  /** Calls `fn(...args)`; all that it starts belongs to `context`. */
  run<A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R;
  /** The request that the running code belongs to. */
  getStore(): RequestContext | undefined;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new () => AsyncContext;
}

interface Runtime {
  readonly process?: { getBuiltinModule?(id: string): AsyncHooks | undefined };
  [SHARED]?: AsyncContext;
}

// One store for the ESM and the CommonJS copy of this package: a process has one notion of "this request".
const SHARED = Symbol.for("sop.async-context");

const NONE: AsyncContext = {
  run: (_context, fn, ...args) => fn(...args),
  getStore: () => undefined,
};

/** The runtime's AsyncLocalStorage (Node, Bun, Deno, Workers with `nodejs_compat`); without one, a null object. */
export function systemAsyncContext(): AsyncContext {
  const runtime = globalThis as typeof globalThis & Runtime;
  if (runtime[SHARED] !== undefined) return runtime[SHARED];
  const hooks = runtime.process?.getBuiltinModule?.("node:async_hooks");
  const found = hooks === undefined ? NONE : new hooks.AsyncLocalStorage();
  runtime[SHARED] = found;
  return found;
}
