import { OptionCheck } from "../../options/check.js";
import type { Policy } from "../policy.js";
import { ComposedPolicy } from "./composed-policy.js";
import { problemsOf } from "./order.js";
import type { PolicyProblem } from "./problem.js";

/** What a policy may give in place of a function's value: `never` but for `fallback`. */
export type Substitute<P> = P extends { readonly substitute?: (() => infer V) | undefined }
  ? "substitute" extends keyof P
    ? V
    : never
  : never;

/** What a composition is made in. */
export interface Surroundings {
  /** Told of each order that is known to hurt. */
  readonly warn: (problem: PolicyProblem) => void;
  /** The longest that a call may take, in milliseconds; `Infinity` where nothing limits it. */
  readonly deadline: number;
}

const ALONE: Surroundings = {
  warn: ({ kind, message }) => console.warn(`sop policy: ${message} (${kind})`),
  deadline: Number.POSITIVE_INFINITY,
};

/** Composes policies, the first one outermost. Throws `SOP_ERR_OPTION` for none, and for what is no policy. */
export function compose<V>(policies: readonly Policy<V>[], { warn, deadline }: Surroundings): ComposedPolicy<V> {
  const check = new OptionCheck({ ...policies }, "policies", Object.keys(policies));
  for (const [i, policy] of policies.entries()) {
    if (!isPolicy(policy)) check.reject(String(i), "a policy, such as timeout({ after: 500 })");
  }
  if (policies.length === 0) check.reject("0", "at least one policy");
  check.done();
  const parts = policies.flatMap((policy) => policy.parts ?? [policy]);
  const problems = problemsOf(parts, deadline);
  for (const problem of problems) warn(problem);
  return new ComposedPolicy(parts, problems);
}

/**
 * Composes policies, the first one outermost: `policy(a, b, c)` calls a function as `a(b(c(fn)))`. An order that is known to hurt is
 * told on the console, and stands in `problems`. Throws `SOP_ERR_OPTION` for no policy at all, and for what is none.
 */
export function policy<const P extends readonly Policy<unknown>[]>(
  ...policies: P
): ComposedPolicy<Substitute<P[number]>> {
  return compose(policies as readonly Policy<unknown>[] as readonly Policy<Substitute<P[number]>>[], ALONE);
}

function isPolicy(value: unknown): boolean {
  return value instanceof Object && "run" in value && typeof value.run === "function";
}
