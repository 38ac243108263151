import type { Rule } from "@sop/core";
import type { RulesFile } from "@sop/node";
import { promql } from "./promql.js";

/** An alert in the form of Prometheus' rule files. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A rule file of Prometheus. */
export interface AlertingRules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertingRule[] }[];
}

/** The same rules as alerts: one fires for each instance in which the rule's condition holds. */
export function alertingRules({ service = "sop", rules }: RulesFile): AlertingRules {
  if (rules.length === 0) return { groups: [] };
  return { groups: [{ name: service, rules: rules.map((rule) => alertOf(rule, service)) }] };
}

function alertOf({ name, when, for: lasting, set, dryRun }: Rule, service: string): AlertingRule {
  const flags = [...set.keys()].join(", ");
  return {
    alert: name,
    expr: promql(when),
    for: `${lasting}ms`,
    labels: { service },
    annotations: {
      summary: literal(`${service}: ${name}`),
      description: literal(`The rule ${name} ${dryRun ? "would throw" : "throws"} ${flags} in this instance.`),
    },
  };
}

/** Prometheus reads annotations as templates. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{"{{"}}');
}
