import type { Comparison, Condition, Threshold } from "@sop/core";

const SIGNS = { above: ">", atLeast: ">=", below: "<", atMost: "<=" } as const satisfies Record<Comparison, string>;
const OPPOSITE = { above: "<=", atLeast: "<", below: ">=", atMost: ">" } as const satisfies Record<Comparison, string>;

// A rule decides within one process, so each instance is an alert of its own.
export const EACH = "by (job, instance)";

/** How a condition is written: `negated`: where it does not hold, with the thresholds at which a rule lets go; `own`: matchers for each series. */
interface Written {
  readonly negated?: boolean;
  readonly own?: readonly string[];
}

/** A condition in PromQL. */
export function promql(condition: Condition, { negated = false, own = [] }: Written = {}): string {
  switch (condition.kind) {
    case "not":
      return promql(condition.of, { negated: !negated, own });
    case "all":
    case "any": {
      const joint = (condition.kind === "all") === negated ? "or" : "and on (job, instance)";
      return condition.of.map((part) => `(${promql(part, { negated, own })})`).join(` ${joint} `);
    }
    case "breaker": {
      const { breaker, state } = condition;
      return `max ${EACH} (circuit_breaker_state${matching([...own, label("name", breaker), label("state", state)])}) == ${negated ? 0 : 1}`;
    }
    default: {
      const { comparison, limit, clear } = condition;
      return `${figure(condition, own)} ${negated ? `${OPPOSITE[comparison]} ${clear}` : `${SIGNS[comparison]} ${limit}`}`;
    }
  }
}

function figure({ metric, window, route }: Threshold, own: readonly string[]): string {
  const of = [...own, ...(route === undefined ? [] : [label("route", route)])];
  const rate = (name: string, labels: readonly string[] = of): string =>
    `rate(${name}${matching(labels)}${range(window)})`;
  const requests = `sum ${EACH} (${rate("http_requests_total")})`;
  // Without a single one there may be no series at all, which is a ratio of 0 and not no ratio.
  const ratio = (part: string): string => `(sum ${EACH} (${part}) or 0 * ${requests}) / ${requests}`;
  const quantile = (q: number): string =>
    `histogram_quantile(${q}, sum by (job, instance, le) (${rate("http_request_duration_seconds_bucket")}))`;
  switch (metric) {
    case "error_ratio":
      return ratio(rate("http_requests_total", [...of, 'status=~"5.."']));
    case "panic_ratio":
      return ratio(rate("middleware_panic_total"));
    case "canceled_ratio":
      return ratio(rate("request_context_canceled_total"));
    case "degraded_ratio":
      return ratio(rate("degraded_calls_total"));
    case "p50":
      return quantile(0.5);
    case "p95":
      return quantile(0.95);
    case "p99":
      return quantile(0.99);
    case "rate":
      return requests;
    case "in_flight":
      return `sum ${EACH} (http_requests_in_flight${matching(own)})`;
    case "crashes":
      // A process that crashes is gone before anybody can ask it: what is seen from outside is that it was started again.
      return `sum ${EACH} (changes(process_start_time_seconds${matching(own)}${range(window)}))`;
  }
}

function range(milliseconds: number): string {
  return `[${milliseconds}ms]`;
}

export function matching(labels: readonly string[]): string {
  return labels.length === 0 ? "" : `{${labels.join(",")}}`;
}

export function label(name: string, value: string): string {
  // PromQL's escapes in double quotes are those of JSON, but for the slash that JSON does not escape either.
  return `${name}=${JSON.stringify(value)}`;
}
