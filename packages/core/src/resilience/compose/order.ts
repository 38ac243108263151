import { Bulkhead } from "../bulkhead/bulkhead.js";
import type { Policy } from "../policy.js";
import { RetryPolicy } from "../retry/retry.js";
import { TimeoutPolicy } from "../timeout/timeout.js";
import type { PolicyProblem, PolicyProblemKind } from "./problem.js";

/** Finds one kind of mistake in a policy `outer` and all that are within it, the outermost first. */
type Rule = (outer: Policy<unknown>, inner: readonly Policy<unknown>[]) => string | undefined;

const RULES: Readonly<Record<PolicyProblemKind, Rule>> = {
  used_twice: (outer, inner) =>
    inner.includes(outer)
      ? `the same ${outer.kind} twice: a call would count twice, and wait for itself where places are few; leave one away`
      : undefined,

  retry_without_budget: (outer, inner) =>
    isRetry(outer) && outer.budget === undefined && has(inner, "breaker")
      ? "a retry without a budget around a breaker: until it opens, each failure is multiplied; give the retry a budget"
      : undefined,

  retry_in_retry: (outer, inner) =>
    isRetry(outer) && inner.some(isRetry)
      ? "a retry within a retry: their attempts are multiplied; leave one away"
      : undefined,

  retry_never_fits: (outer, inner) => {
    if (!isTimeout(outer)) return undefined;
    const retry = inner.find(isRetry);
    if (retry === undefined) return undefined;
    const each = inner.slice(inner.indexOf(retry) + 1).find(isTimeout)?.after ?? 0;
    const second = each + retry.averageWait;
    return second >= outer.after
      ? `a retry within a timeout of ${outer.after} ms: the second attempt begins after ${second} ms on average; shorten its delay or the timeout within it`
      : undefined;
  },

  hedge_around_retry: (outer, inner) =>
    outer.kind === "hedge" && has(inner, "retry")
      ? "a hedge around a retry: each of its attempts is retried by itself; put the retry around the hedge"
      : undefined,

  timeout_never_fires: (outer, inner) => {
    if (!isTimeout(outer)) return undefined;
    const longer = inner.filter(isTimeout).find(({ after }) => after >= outer.after);
    return longer && `a timeout of ${longer.after} ms within one of ${outer.after} ms: it never fires; shorten it`;
  },

  failures_hidden: (outer, inner) =>
    ["retry", "breaker", "hedge"].includes(outer.kind) && has(inner, "fallback")
      ? `a fallback within a ${outer.kind}, which then sees no failure; put the fallback outside`
      : undefined,

  waits_measured: (outer, inner) =>
    outer.kind === "adaptive_limit" && inner.some((policy) => isRetry(policy) || hasQueue(policy))
      ? "an adaptive limit around a retry or a queue: it takes their waits for a slow dependency; put it within them"
      : undefined,
};

/** The mistakes in a list of policies, the outermost first, none of them composed. `deadline`: milliseconds that a call has at most. */
export function problemsOf(policies: readonly Policy<unknown>[], deadline: number): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [i, outer] of policies.entries()) {
    if (isTimeout(outer) && outer.after >= deadline) {
      const message = `a timeout of ${outer.after} ms where a call has ${deadline} ms in all: it never fires; shorten it`;
      problems.push({ kind: "timeout_never_fires", message });
    }
    for (const [kind, find] of Object.entries(RULES) as [PolicyProblemKind, Rule][]) {
      const message = find(outer, policies.slice(i + 1));
      if (message !== undefined) problems.push({ kind, message });
    }
  }
  return problems;
}

function has(policies: readonly Policy<unknown>[], kind: Policy["kind"]): boolean {
  return policies.some((policy) => policy.kind === kind);
}

function isRetry(policy: Policy<unknown>): policy is RetryPolicy {
  return policy instanceof RetryPolicy;
}

function isTimeout(policy: Policy<unknown>): policy is TimeoutPolicy {
  return policy instanceof TimeoutPolicy;
}

function hasQueue(policy: Policy<unknown>): boolean {
  return policy instanceof Bulkhead && policy.maxQueue > 0;
}
