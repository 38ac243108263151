import { readFileSync } from "node:fs";
import { join } from "node:path";
import { METRICS } from "@sop/node/metrics";
import { describe, expect, it } from "vitest";
import { alertingRules } from "../src/alerts/alerting-rules.ts";
import { STOCK } from "../src/alerts/stock.ts";

const guide = readFileSync(join(import.meta.dirname, "../../../docs/guides/alerts.md"), "utf8");
const options = { stock: true, runbooks: "docs/guides" };
const [group] = alertingRules({ service: "orders", rules: [] }, options).groups;

describe("the stock alerts", () => {
  it("ask for no metric that is not in the one table, and no label that it does not have", () => {
    const labels = new Map<string, readonly string[]>(METRICS.map(({ name, labels }) => [name, labels]));
    for (const { expr } of group?.rules ?? []) {
      const names = expr.match(/\b(?:[a-z]+_){2,}[a-z]+\b/g)?.filter((name) => !FUNCTIONS.includes(name)) ?? [];
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const known = labels.has(name.replace(/_(?:bucket|sum|count)$/, ""));
        expect(known, `${name} in ${expr}`).toBe(true);
      }
      for (const [, name = "", matchers = ""] of expr.matchAll(/(\w+)\{([^}]*)\}/g)) {
        const has = [...(labels.get(name.replace(/_bucket$/, "")) ?? []), "job"];
        for (const [, label] of matchers.matchAll(/(\w+)=/g)) expect(has).toContain(label);
      }
    }
  });

  it("tell what happened, how much it matters, what to do next, and where to read on", () => {
    for (const { labels, annotations } of group?.rules ?? []) {
      expect(labels).toMatchObject({ service: "orders", source: "stock" });
      expect(labels["severity"]).toMatch(/^(critical|warning)$/);
      expect(annotations["summary"]).toMatch(/^orders: ./);
      expect(annotations["command"]).toMatch(/^sop [a-z]/);
      const [file, anchor] = annotations["runbook_url"]?.split("#") ?? [];
      expect(file).toBe("docs/guides/alerts.md");
      expect(guide.toLowerCase()).toContain(`\n### ${anchor}\n`);
    }
  });

  it("are in the guide with their thresholds", () => {
    for (const { name, when, for: lasting, severity } of STOCK) {
      expect(guide).toContain(`| \`${name}\` | ${when} | ${lasting} | ${severity} |`);
    }
    expect(guide.match(/^\| `Sop\w+` \| .* \| \d+[sm] \| /gm)).toHaveLength(STOCK.length);
  });

  it("are about one job where one is named, and end where they are not wanted", () => {
    const rules =
      alertingRules({ service: "orders", rules: [] }, { ...options, job: 'or"ders' }).groups[0]?.rules ?? [];
    for (const { expr } of rules) {
      for (const [, name = "", matchers] of expr.matchAll(/\b((?:[a-z]+_){2,}[a-z]+)\b(\{[^}]*\})?(?!\()/g)) {
        if (!FUNCTIONS.includes(name)) expect(matchers, `${name} in ${expr}`).toContain('job="or\\"ders"');
      }
    }
    expect(alertingRules({ service: "orders", rules: [] }, { ...options, stock: false })).toEqual({ groups: [] });
  });
});

const FUNCTIONS = ["min_over_time"];
