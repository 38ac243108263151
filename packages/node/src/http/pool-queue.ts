import { executionAsyncId, executionAsyncResource } from "node:async_hooks";
import { errorOf, textOf } from "./stack.js";

/** Between the channel and the queue of a pool lie fewer frames. */
const DEPTH = 16;

/**
 * Whether the call that undici is making comes out of the queue of a pool with a limit. Such a one goes on when another call has ended,
 * and in versions 6 and 7 the code then runs in that one's request. Only the stack tells, and it costs more than all else of the watch:
 * so it is not looked at where applications make most of their calls, after an `await` and in the callback of a server.
 */
export function leavesQueue(): boolean {
  return !isInApplication() && isQueued(textOf(errorOf(DEPTH)));
}

/** What the stack of such a call says. Later versions go back to the right request first. */
export function isQueued(stack: string): boolean {
  return stack.includes("onDrain") && !stack.includes("runInAsyncScope");
}

function isInApplication(): boolean {
  // Nothing runs after an `await` where promises are not tracked, and the promise itself where they are.
  if (executionAsyncId() === 0) return true;
  const resource = executionAsyncResource();
  return resource instanceof Promise || resource.constructor.name === "HTTPServerAsyncResource";
}
