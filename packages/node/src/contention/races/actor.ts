import type { RecordedRace, RequestContext, Sop } from "@sop/core";
import { contextOf } from "../branch.js";

/** The step of a race, as it is recorded. */
export type RaceStep = RecordedRace["steps"][number];

/** Who does something: a request, or a context that was given by `asContext`. Without either nobody can say who it is. */
export interface Actor {
  /** The same object for all that one context does. */
  readonly token: object;
  readonly owner: string;
  readonly context: RequestContext | undefined;
}

/** Who runs; `undefined` where that is no request and no context of `asContext`. */
export function actorOf(sop: Sop): Actor | undefined {
  const found = contextOf(sop);
  if (!found) return undefined;
  const { token, context, number } = found;
  return { token, owner: context ? context.id : `context ${number}`, context };
}

/** What he did at `at`, in milliseconds since 1970. */
export function stepOf({ owner, context }: Actor, action: RaceStep["action"], at: number): RaceStep {
  return { at, owner, ...(context && { requestId: context.id, route: context.route }), action };
}
