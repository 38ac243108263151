import type { AsyncContext } from "./ports/async-context.js";
import type { CrashOrigin, Host } from "./ports/host.js";
import { shared } from "./ports/shared.js";
import { Context } from "./request/context.js";
import { ownerOf } from "./request/owner.js";
import type { RequestContext } from "./request/request-context.js";

/** What becomes of the process after an error that nobody caught. */
export type CrashPolicy = "drain-and-exit" | "continue" | "exit";

/** One guarded Sop of this process. */
export interface Guarded {
  /** Whether the context is one of its own. */
  owns(context: RequestContext): boolean;
  /** Records the crash, answers the owner, and says what is to become of the process. */
  crashed(error: unknown, origin: CrashOrigin, context: RequestContext | undefined): CrashPolicy;
  readonly drain: {
    /** Starts its drain, or joins the one under way. */
    start(reason: string): Promise<void>;
    /** The same, and what is new is refused. */
    crash(reason: string): Promise<void>;
  };
}

/**
 * So many errors of one turn of the loop are told. By then it is most often the telling that fails, into a log that nobody reads any
 * more, which raises the next error before the loop can turn.
 */
const MOST_PER_TURN = 50;

interface Guard {
  readonly members: Set<Guarded>;
  readonly stop: () => void;
  /** Whether an error without a catcher ends the process. */
  failed: boolean;
  /** Errors of this turn of the loop. */
  count: number;
}

const allGuards = (): Map<Host, Guard> => shared("process-guards", () => new Map<Host, Guard>());

/**
 * Lets `member` take part in crashes of the process. An error with an owner goes to the Sop that opened its request, one
 * without goes to the first; where the process has to end, all of them drain first.
 */
export function guardProcess(member: Guarded, host: Host, asyncContext: AsyncContext): () => void {
  const guards = allGuards();
  const guard = guards.get(host) ?? start(host, asyncContext);
  guards.set(host, guard);
  guard.members.add(member);
  return () => {
    guard.members.delete(member);
    if (guard.members.size > 0) return;
    guard.stop();
    guards.delete(host);
  };
}

/**
 * Drains every Sop of this process. Resolves with the exit code that is due then: 1 where meanwhile an error that nobody caught
 * has ended the process, else 0.
 */
export async function drainProcess(reason: string): Promise<0 | 1> {
  const guards = [...allGuards().values()];
  await Promise.all(guards.flatMap(({ members }) => [...members].map(({ drain }) => drain.start(reason))));
  return guards.some(({ failed }) => failed) ? 1 : 0;
}

function start(host: Host, asyncContext: AsyncContext): Guard {
  const members = new Set<Guarded>();
  const stop = host.onCrash((error, origin) => {
    const context = ownerOf(asyncContext, error);
    const owner = context && [...members].find((member) => member.owns(context));
    if (guard.count++ === 0)
      host.afterTurn?.(() => {
        guard.count = 0;
      });
    // Those before have been told, and the first of each request is, which is answered and counted; in all else it is as if there had been none.
    if (guard.count > MOST_PER_TURN && !(owner && isFirst(context))) return;
    const told = owner ?? [...members][0];
    const policy = told?.crashed(error, origin, owner && context);
    if (policy === "continue") return;
    guard.failed = true;
    const drains = policy === "exit" ? [] : [...members].map(({ drain }) => drain.crash(origin));
    void Promise.all(drains).then(() => host.exit(1));
  });
  const guard: Guard = { members, stop, failed: false, count: 0 };
  return guard;
}

function isFirst(context: RequestContext | undefined): boolean {
  return context instanceof Context && context.panic === undefined;
}
