import type { OptionCheck } from "../../options/check.js";
import { BREAKER_STATES, type BreakerStateName } from "../../resilience/breaker/state.js";
import { COUNTED, isCounted, mostOf, RULE_METRICS, type RuleMetric } from "./metric.js";

/** How a figure is held against a threshold. */
export type Comparison = "above" | "atLeast" | "below" | "atMost";

/** A condition that was read: each has its defaults. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "breaker"; readonly breaker: string; readonly state: BreakerStateName }
  | Threshold;

/** A figure and its threshold. */
export interface Threshold {
  readonly kind: "metric";
  readonly metric: RuleMetric;
  readonly comparison: Comparison;
  readonly limit: number;
  /** Up to where the figure counts as wrong once a rule acts. */
  readonly clear: number;
  /** Milliseconds. */
  readonly window: number;
  readonly route: string | undefined;
}

const COMPARISONS: readonly Comparison[] = ["above", "atLeast", "below", "atMost"];
const METRIC = ["metric", ...COMPARISONS, "clear", "window", "route"];
const BREAKER = ["breaker", "state"];
const KINDS = { all: ["all"], any: ["any"], not: ["not"], metric: METRIC, breaker: BREAKER } as const;

/** The names of all that a condition can say. */
export const CONDITION_NAMES = [...new Set(Object.values(KINDS).flat())];

const NEVER: Condition = { kind: "any", of: [] };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DEEPEST = 10;
// So much nearer to normal than the threshold a figure has to come before it counts as normal again.
const HYSTERESIS = 0.2;

/** Reads a condition at its key. Problems are collected in `parent`. */
export function readCondition(parent: OptionCheck, key: string, slowest: number): Condition {
  const allowed = `a condition: ${Object.keys(KINDS).join(", ")}`;
  if (parent.value(key) === undefined) return reject(parent, key, allowed);
  const rejectAll = (): Condition => reject(parent, key, `${allowed}, and only one of them`);
  return read(parent.nested(key, CONDITION_NAMES), rejectAll, slowest, 1);
}

function read(check: OptionCheck, rejectAll: () => Condition, slowest: number, depth: number): Condition {
  const has = (name: string): boolean => check.value(name) !== undefined;
  const [kind, ...more] = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter(has);
  if (kind === undefined || more.length > 0) return rejectAll();
  const allowed: readonly string[] = KINDS[kind];
  for (const name of CONDITION_NAMES) if (has(name) && !allowed.includes(name)) check.reject(name, `not with ${kind}`);
  if (depth > DEEPEST) return reject(check, kind, `conditions in at most ${DEEPEST} levels`);
  if (kind === "metric") return readThreshold(check, slowest);
  if (kind === "breaker") {
    const state = check.oneOf<BreakerStateName | "">("state", BREAKER_STATES, "");
    return state === "" ? NEVER : { kind, breaker: check.text("breaker", undefined), state };
  }
  const below = (inner: OptionCheck): Condition => {
    const none = (): Condition => reject(check, kind, "conditions, each one of all, any, not, metric, breaker");
    return read(inner, none, slowest, depth + 1);
  };
  if (kind === "not") return { kind, of: below(check.nested("not", CONDITION_NAMES)) };
  const of = check.items(kind, CONDITION_NAMES);
  return of.length === 0 ? reject(check, kind, "at least one condition") : { kind, of: of.map(below) };
}

function readThreshold(check: OptionCheck, slowest: number): Condition {
  const metric = check.oneOf<RuleMetric | "">("metric", RULE_METRICS, "");
  const window = check.duration("window", MINUTE, 1_000, HOUR);
  const [comparison, ...more] = COMPARISONS.filter((name) => check.value(name) !== undefined);
  if (metric === "") return NEVER;
  if (comparison === undefined || more.length > 0) {
    return reject(check, "metric", `a metric with exactly one of ${COMPARISONS.join(", ")}`);
  }
  const most = mostOf(metric, slowest);
  const limit = check.number(comparison, Number.NaN, 0, Math.min(most, Number.MAX_SAFE_INTEGER));
  const isRising = comparison === "above" || comparison === "atLeast";
  const says = sense(comparison, limit, most);
  if (says) check.reject(comparison, `a threshold that ${metric} can be on both sides of: this one ${says} holds`);
  const clear = readClear(check, limit, isRising);
  if (metric === "in_flight" && check.value("window") !== undefined) check.reject("window", "none: in_flight is now");
  if (check.value("route") !== undefined && !(isCounted(metric) && COUNTED[metric].byRoute)) {
    check.reject("route", `none: ${metric} is not counted by route`);
  }
  const route = check.value("route") === undefined ? undefined : check.text("route", undefined);
  return {
    kind: "metric",
    metric,
    comparison,
    limit,
    clear,
    window,
    route,
  };
}

/** The threshold at which a rule that acts lets go: never on the wrong side of the one at which it acts. */
function readClear(check: OptionCheck, limit: number, isRising: boolean): number {
  const usual = Number((limit * (isRising ? 1 - HYSTERESIS : 1 + HYSTERESIS)).toPrecision(12));
  const clear = check.number("clear", usual, 0, Number.MAX_SAFE_INTEGER);
  if (isRising ? clear > limit : clear < limit) {
    check.reject("clear", `${isRising ? "at most" : "at least"} the threshold, which is ${limit}`);
  }
  return clear;
}

function sense(comparison: Comparison, limit: number, most: number): "always" | "never" | undefined {
  if (comparison === "above" && limit >= most) return "never";
  if (comparison === "below" && limit === 0) return "never";
  if (comparison === "atLeast" && limit === 0) return "always";
  if (comparison === "atMost" && limit >= most) return "always";
  return undefined;
}

function reject(check: OptionCheck, key: string, allowed: string): Condition {
  check.reject(key, allowed);
  return NEVER;
}
