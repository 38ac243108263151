import type { Rule } from "@sop/core";
import type { RulesFile } from "@sop/node";
import { label, promql } from "./promql.js";
import { STOCK, type StockAlert } from "./stock.js";

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

/** How rules become alerts. */
export interface AlertingOptions {
  /** Whether the alerts are there that every service has. */
  readonly stock: boolean;
  /** The job whose series are meant. `undefined`: all that this Prometheus has. */
  readonly job?: string | undefined;
  /** Where the guides are. */
  readonly runbooks: string;
}

/** The same rules as alerts, and the stock ones: each fires for each instance in which its condition holds. */
export function alertingRules({ service = "sop", rules }: RulesFile, options: AlertingOptions): AlertingRules {
  const own = options.job === undefined ? [] : [label("job", options.job)];
  const guides = options.runbooks.replace(/\/+$/, "");
  const groups = [
    { name: service, rules: rules.map((rule) => alertOf(rule, service, own, guides)) },
    {
      name: `${service}-stock`,
      rules: options.stock ? STOCK.map((alert) => stockOf(alert, service, own, guides)) : [],
    },
  ];
  return { groups: groups.filter((group) => group.rules.length > 0) };
}

function alertOf(
  { name, when, for: lasting, set, dryRun }: Rule,
  service: string,
  own: readonly string[],
  guides: string,
): AlertingRule {
  const flags = [...set.keys()].join(", ");
  return {
    alert: name,
    expr: promql(when, { own }),
    for: `${lasting}ms`,
    labels: { service, severity: "warning", source: "rule" },
    annotations: {
      summary: literal(`${service}: ${name}`),
      description: literal(`The rule ${name} ${dryRun ? "would throw" : "throws"} ${flags} in this instance.`),
      command: "sop flags list",
      runbook_url: `${guides}/rules.md`,
    },
  };
}

function stockOf(alert: StockAlert, service: string, own: readonly string[], guides: string): AlertingRule {
  const { name, severity, summary, description, command, labels } = alert;
  return {
    alert: name,
    expr: alert.expr(own),
    for: alert.for,
    labels: { service, severity, source: "stock", ...labels },
    annotations: {
      summary: `${literal(service)}: ${summary}`,
      description,
      command,
      runbook_url: `${guides}/alerts.md#${name.toLowerCase()}`,
    },
  };
}

/** Prometheus reads annotations as templates. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{"{{"}}');
}
