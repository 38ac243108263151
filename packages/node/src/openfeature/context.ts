import type { EvaluationContext as OpenFeatureContext } from "@openfeature/server-sdk";
import type { EvaluationContext } from "@sop/core";

/** OpenFeature's context as rules can read it: a date is its text in ISO 8601, as it is in JSON. */
export function readable(context: OpenFeatureContext): EvaluationContext {
  return Object.values(context).some(isNested) ? (plain(context) as EvaluationContext) : context;
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
