import { METRICS_OPTIONS, type MetricsOptions, readBuckets } from "../../metrics/buckets.js";
import { OptionCheck } from "../../options/check.js";
import type { FlagValue } from "../config-source.js";
import { kindOf } from "../flags/flag.js";
import { type Condition, readCondition } from "./condition-options.js";
import type { RuleOptions } from "./rule.js";
import type { RuleTimes } from "./state.js";

/** A rule with its defaults; durations are milliseconds. */
export interface Rule extends RuleTimes {
  readonly name: string;
  readonly when: Condition;
  readonly set: ReadonlyMap<string, FlagValue>;
  readonly maxActions: number;
  readonly dryRun: boolean;
}

const NAMES = [
  "name",
  "when",
  "for",
  "set",
  "recover",
  "cooldown",
  "maxActions",
  "dryRun",
] as const satisfies readonly (keyof RuleOptions)[];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MOST = 100;

/** Reads `rules` of the given options, `buckets`: of durations. Problems are collected in `check`. */
export function readRules(check: OptionCheck, buckets: readonly number[]): Rule[] {
  const slowest = buckets.at(-1) as number;
  const rules = check.items("rules", NAMES).map((rule) => readRule(rule, slowest));
  if (rules.length > MOST) check.reject("rules", `at most ${MOST} rules`);
  const twice = rules.find(({ name }, i) => rules.findIndex((other) => other.name === name) !== i);
  if (twice) check.reject("rules", `rules with names of their own: two are called ${JSON.stringify(twice.name)}`);
  return rules;
}

/** Rules with their defaults; `metrics`: where the buckets are not the usual ones. Throws `SOP_ERR_OPTION` that names every problem. */
export function parseRules(rules: readonly RuleOptions[], metrics?: MetricsOptions): readonly Rule[] {
  const check = new OptionCheck({ rules, metrics }, "", ["rules", "metrics"]);
  const read = readRules(check, readBuckets(check.nested("metrics", METRICS_OPTIONS)));
  check.done();
  return read;
}

function readRule(check: OptionCheck, slowest: number): Rule {
  const when = readCondition(check, "when", slowest);
  const recover = check.nested("recover", ["after", "steps", "every"]);
  return {
    name: check.text("name", undefined),
    when,
    for: check.duration("for", 0, 0, DAY),
    set: readSet(check),
    cooldown: check.duration("cooldown", MINUTE, 0, DAY),
    recover: {
      after: recover.duration("after", 5 * MINUTE, 0, DAY),
      steps: readSteps(recover),
      every: recover.duration("every", longestWindow(when) || MINUTE, 1_000, DAY),
    },
    maxActions: check.integer("maxActions", 6, 1, 60),
    dryRun: check.flag("dryRun", false),
  };
}

function readSet(check: OptionCheck): ReadonlyMap<string, FlagValue> {
  const set = check.object<FlagValue>("set");
  const names = Object.keys(set);
  if (names.length === 0) check.reject("set", "at least one flag with its value");
  const each = check.nested("set", names);
  for (const name of names) {
    if (kindOf(set[name]) === undefined) each.reject(name, "true, false, a text, a number, an object or a list");
  }
  return new Map(Object.entries(set));
}

function readSteps(recover: OptionCheck): readonly number[] {
  const steps = recover.value("steps") ?? [10, 50, 100];
  if (isRising(steps)) return steps;
  recover.reject("steps", "a list of rising percentages above 0, the last of which is 100");
  return [100];
}

function isRising(steps: unknown): steps is readonly number[] {
  return (
    Array.isArray(steps) &&
    steps.at(-1) === 100 &&
    steps.every((step, i) => typeof step === "number" && step > (steps[i - 1] ?? 0))
  );
}

/** The longest window of a condition in milliseconds, 0 where it has none. */
function longestWindow(condition: Condition): number {
  if (condition.kind === "metric") return condition.metric === "in_flight" ? 0 : condition.window;
  if (condition.kind === "breaker") return 0;
  const parts = condition.kind === "not" ? [condition.of] : condition.of;
  return Math.max(0, ...parts.map(longestWindow));
}
