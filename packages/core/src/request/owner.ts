import type { AsyncContext } from "../ports/async-context.js";
import { shared } from "../ports/shared.js";
import type { RequestContext } from "./request-context.js";

interface Escaped {
  error: unknown;
  context: RequestContext | undefined;
}

const last = shared<Escaped>("escaped", () => ({ error: undefined, context: undefined }));

/**
 * `asyncContext.run`, remembering whose error came out of it: the runtime leaves the context before it looks for a catcher, and
 * what finds none would otherwise have no owner.
 */
export function runOwned<A extends unknown[], R>(
  asyncContext: AsyncContext,
  context: RequestContext,
  fn: (...args: A) => R,
  args: A,
): R {
  try {
    return asyncContext.run(context, fn, ...args);
  } catch (error) {
    last.error = error;
    last.context = context;
    throw error;
  }
}

/** The request that an error without a catcher belongs to. */
export function ownerOf(asyncContext: AsyncContext, error: unknown): RequestContext | undefined {
  return asyncContext.getStore() ?? (last.error === error ? last.context : undefined);
}
