import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestContext, Sop } from "@sop/core";

/**
 * One line of work: a request, or what runs within a lock that it took by a callback. Whoever holds a lock or waits for one is such a
 * branch, and not the request as a whole: of two tasks of one request one may wait for the other without any harm.
 */
export interface Branch {
  /** Of all branches of this process. */
  readonly number: number;
  /** The request that it belongs to. */
  readonly context: RequestContext | undefined;
  /** The branch that waits for the end of this one. */
  readonly parent: Branch | undefined;
}

const running = new AsyncLocalStorage<Branch>();
const roots = new WeakMap<RequestContext, Branch>();
let count = 0;

/** The branch that the running code belongs to. Outside of requests and of callbacks each call is one of its own. */
export function currentBranch(sop: Sop): Branch {
  const context = sop.current();
  const inner = running.getStore();
  // What a queue runs later may be in the context of another request than the one it was made in: the request is right.
  if (inner && (inner.context === context || !context)) return inner;
  if (!context) return made(undefined, undefined);
  const known = roots.get(context);
  if (known) return known;
  const root = made(context, undefined);
  roots.set(context, root);
  return root;
}

/** The whole that the running code belongs to: its request, else what `asContext` runs; `undefined` where it is neither. */
export function contextOf(
  sop: Sop,
): { readonly token: object; readonly context: RequestContext | undefined; readonly number: number } | undefined {
  const context = sop.current();
  if (context) return { token: context, context, number: 0 };
  let top = running.getStore();
  while (top?.parent) top = top.parent;
  return top && { token: top, context: top.context, number: top.number };
}

/** A branch below another one, for a callback. */
export function branchBelow(parent: Branch): Branch {
  return made(parent.context, parent);
}

/** Calls `fn`; all that it starts belongs to `branch`. */
export function runIn<R>(branch: Branch, fn: () => R): R {
  return running.run(branch, fn);
}

/**
 * Runs `fn` as one line of work of its own. For what is no request, such as a job: without it, two locks that are taken one after the
 * other outside of a request and without callbacks are not known to be of the same line of work.
 */
export function asContext<R>(sop: Sop, fn: () => R): R {
  const context = sop.current();
  return runIn(context ? branchBelow(currentBranch(sop)) : made(undefined, undefined), fn);
}

function made(context: RequestContext | undefined, parent: Branch | undefined): Branch {
  count++;
  return { number: count, context, parent };
}
