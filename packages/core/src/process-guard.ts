import type { Host, CrashOrigin } from "./ports/host.js";
import type { RequestContext } from "./request/request-context.js";
import type { AsyncContext } from "./ports/async-context.js";

/** What becomes of the process after an error that nobody caught. */
export type CrashPolicy = "drain-and-exit" | "continue" | "exit";

/** One guarded Sop of this process. */
export interface Guarded {
  /** Whether the context is one of its own. */
  owns(context: RequestContext): boolean;
  /** Records the crash, answers the owner, and resolves when the process may end; never, where it is to go on. */
  crashed(error: unknown, origin: CrashOrigin, context: RequestContext | undefined): Promise<void> | undefined;
}

interface Guards {
  readonly members: Set<Guarded>;
  stop: () => void;
}

const GUARDS = Symbol.for("sop.process-guards");

/**
 * Lets `member` take part in crashes of the process. An error with an owner goes to the Sop that opened its request, one
 * without goes to the first; when one says that the process has to end, all of them have drained first.
 */
export function guardProcess(member: Guarded, host: Host, asyncContext: AsyncContext): () => void {
  const shared = globalThis as typeof globalThis & { [GUARDS]?: Map<Host["onCrash"], Guards> };
  shared[GUARDS] ??= new Map();
  const guards = shared[GUARDS].get(host.onCrash) ?? start(host, asyncContext);
  shared[GUARDS].set(host.onCrash, guards);
  guards.members.add(member);
  return () => {
    guards.members.delete(member);
    if (guards.members.size > 0) return;
    guards.stop();
    shared[GUARDS]?.delete(host.onCrash);
  };
}

function start(host: Host, asyncContext: AsyncContext): Guards {
  const members = new Set<Guarded>();
  const stop = host.onCrash((error, origin) => {
    const context = asyncContext.getStore();
    const owner = context === undefined ? undefined : [...members].find((member) => member.owns(context));
    const first = owner ?? [...members][0];
    const ended = first?.crashed(error, origin, owner === undefined ? undefined : context);
    if (ended !== undefined) void ended.finally(() => host.exit(1));
  });
  return { members, stop };
}
