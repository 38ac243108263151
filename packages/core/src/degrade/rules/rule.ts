import type { Duration } from "../../options/duration.js";
import type { BreakerStateName } from "../../resilience/breaker/state.js";
import type { FlagValue } from "../config-source.js";
import type { RuleMetric } from "./metric.js";
import type { RuleState } from "./state.js";

/** When a figure counts as wrong; exactly one of `above` (`>`), `atLeast` (`>=`), `below` (`<`) and `atMost` (`<=`). */
export interface MetricCondition {
  /** Ratios are 0..1, `p50`, `p95`, `p99` seconds, `rate` requests a second; `crashes` counts those of earlier processes too. */
  readonly metric: RuleMetric;
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
  /** Once a rule acts, the figure counts as wrong up to here. Default: a fifth nearer to normal than the threshold. */
  readonly clear?: number;
  /** Over how long it is taken, 1 s to 1 h. Default `1m`. It is up to a sixtieth longer, at least a second. Not for `in_flight`. */
  readonly window?: Duration;
  /** Only the requests of this route. For `error_ratio`, `rate` and durations. */
  readonly route?: string;
}

/** Whether a breaker is in a state; one that nobody has made yet is in none. */
export interface BreakerCondition {
  readonly breaker: string;
  readonly state: BreakerStateName;
}

/** A figure, a breaker, or several of them. What cannot be known, such as a ratio of no requests, does not hold. */
export type RuleCondition =
  | MetricCondition
  | BreakerCondition
  | { readonly all: readonly RuleCondition[] }
  | { readonly any: readonly RuleCondition[] }
  | { readonly not: RuleCondition };

/** How a rule gives a flag back. */
export interface RuleRecovery {
  /** How long its condition must not hold before the first step. Default `5m`. */
  readonly after?: Duration;
  /** Shares in percent, rising, that are given back one after the other; the last is 100. Default `[10, 50, 100]`. */
  readonly steps?: readonly number[];
  /** How long each step is watched before the next. Default: the longest window of the condition, `1m` without any. */
  readonly every?: Duration;
}

/** A rule that throws flags when the service's own figures are wrong. */
export interface RuleOptions {
  /** Unique; also the alert's name in Prometheus. */
  readonly name: string;
  readonly when: RuleCondition;
  /** How long the condition must hold without a break. Default 0. */
  readonly for?: Duration;
  /** The flags that it sets, above all sources. */
  readonly set: Readonly<Record<string, FlagValue>>;
  readonly recover?: RuleRecovery;
  /** How long it rests after it has given everything back. Default `1m`. */
  readonly cooldown?: Duration;
  /** How often it may act within any hour, 1 to 60; a step back while it recovers is such an act. Default 6. */
  readonly maxActions?: number;
  /** Tells what it would do, and does nothing. Default false. */
  readonly dryRun?: boolean;
}

/** A figure that a rule was decided by. */
export interface RuleEvidence {
  /** `error_ratio`, or `breaker redis`. */
  readonly what: string;
  /** `undefined` where there was nothing to take it from. */
  readonly value: number | string | undefined;
  /** What it is held against: `> 0.05 in 5m`. */
  readonly limit: string;
}

/** A rule changed its state. */
export interface RuleChange {
  readonly rule: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: RuleState["kind"];
  readonly to: RuleState["kind"];
  /** The flags that it sets, and the percentage of requests that still, or again, see them as they are without it. */
  readonly flags: readonly string[];
  readonly back: number;
  readonly dryRun: boolean;
  /** What keeps it from acting although it is time. */
  readonly held: "maxActions" | "maxActiveRules" | undefined;
  readonly evidence: readonly RuleEvidence[];
}

/** How a rule stands. */
export interface RuleStatus {
  readonly name: string;
  readonly state: RuleState["kind"];
  readonly dryRun: boolean;
  /** The percentage of requests that see its flags as they are without it. */
  readonly back: number;
  /** How often it acted within the last hour. */
  readonly actions: number;
}
