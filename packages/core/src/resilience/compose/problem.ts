/** An order of policies that is known to hurt. */
export type PolicyProblemKind =
  | "used_twice"
  | "retry_without_budget"
  | "retry_in_retry"
  | "retry_never_fits"
  | "hedge_around_retry"
  | "timeout_never_fires"
  | "failures_hidden"
  | "waits_measured";

/** What is wrong with a composition. It works all the same. */
export interface PolicyProblem {
  readonly kind: PolicyProblemKind;
  /** What is wrong, and what would be right. */
  readonly message: string;
}
