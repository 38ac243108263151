import { parseRules } from "@sop/core";
import { EACH, label, matching, promql } from "./promql.js";

/** An alert that every service has without a rule of its own. */
export interface StockAlert {
  readonly name: string;
  readonly severity: "critical" | "warning";
  /** How long the expression must hold, as Prometheus writes it. */
  readonly for: string;
  /** What it takes, in words: the guide has the same sentence. */
  readonly when: string;
  /** In PromQL; `own` are matchers that each series gets. */
  expr(own: readonly string[]): string;
  /** What it is about, after the service's name. Prometheus fills in figures. */
  readonly summary: string;
  readonly description: string;
  /** The `sop` command to run next. */
  readonly command: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const BURST = "5m";

export const STOCK: readonly StockAlert[] = [
  {
    name: "SopPanicBurst",
    severity: "critical",
    for: "0s",
    when: "at least 5 panics within 5 minutes",
    expr: (own) => `${counted("middleware_panic_total", own)} >= 5`,
    summary: "code fails in bursts",
    description: "About {{ $value | humanize }} panics within 5 minutes on {{ $labels.instance }}.",
    command: "sop report latest",
  },
  {
    name: "SopErrorsAndSlow",
    severity: "critical",
    for: "2m",
    when: "more than 5 % of the answers are 5xx, and the P95 is above 0.3 s, both over 5 minutes",
    expr: (own) => promql(ERRORS_AND_SLOW, { own }),
    summary: "it fails and is slow",
    description:
      "{{ $value | humanizePercentage }} of the answers of {{ $labels.instance }} are 5xx, and its P95 is above 0.3 s.",
    command: "sop latency-profiler --duration 30s",
  },
  {
    name: "SopBreakerStaysOpen",
    severity: "warning",
    for: "1m",
    when: "a circuit breaker was not closed for a minute",
    expr: (own) =>
      `max by (job, instance, name) (circuit_breaker_state${matching([...own, 'state=~"open|half_open|forced_open"'])}) == 1`,
    summary: "circuit breaker {{ $labels.name }} stays open",
    description: "Calls through {{ $labels.name }} are refused by {{ $labels.instance }}.",
    command: "sop snapshot",
    labels: { breaker: "{{ $labels.name }}" },
  },
  {
    name: "SopSaturated",
    severity: "warning",
    for: "2m",
    when: "the event loop is busy for more than 95 % of the time, or the limit of overload is reached",
    expr: (own) =>
      `max ${EACH} (event_loop_utilization_ratio${matching(own)}) > 0.95 or max ${EACH} (overload_saturation_ratio${matching(own)}) >= 1`,
    summary: "it is saturated",
    description: "{{ $labels.instance }} has used {{ $value | humanizePercentage }} of what it has for 2 minutes.",
    command: "sop requests",
  },
  {
    name: "SopConfigStale",
    severity: "warning",
    for: "2m",
    when: "a source of configuration is STALE or ERROR for 2 minutes",
    expr: (own) =>
      `max by (job, instance, source) (config_source_state${matching([...own, 'state=~"STALE|ERROR"'])}) == 1`,
    summary: "configuration of {{ $labels.source }} is out of date",
    description: "{{ $labels.instance }} keeps the last known flags of {{ $labels.source }}, and hears of no change.",
    command: "sop events",
    labels: { config_source: "{{ $labels.source }}" },
  },
  {
    name: "SopEventLoopStalled",
    severity: "critical",
    for: "0s",
    when: "the event loop stands still for more than a second, now or within the last half minute",
    expr: (own) =>
      `max ${EACH} (event_loop_stalled_seconds${matching(own)}) > 1 or max ${EACH} (event_loop_delay_seconds${matching([...own, label("quantile", "1")])}) > 1`,
    summary: "the event loop stands still",
    description: "{{ $labels.instance }} answered nobody for {{ $value | humanizeDuration }}.",
    command: "sop requests",
  },
  {
    name: "SopFileDescriptorsGrow",
    severity: "warning",
    for: "5m",
    when: "more than 80 % of the file descriptors are open; or more than 20 %, and all within an hour as they grow over 15 minutes",
    expr: descriptors,
    summary: "it runs out of file descriptors",
    description:
      "{{ $labels.instance }} has {{ $value | humanize }} files and connections open, and their number grows.",
    command: "sop requests",
  },
];

const [ERRORS_AND_SLOW] = parseRules([
  {
    name: "SopErrorsAndSlow",
    when: {
      all: [
        { metric: "error_ratio", above: 0.05, window: "5m" },
        { metric: "p95", above: 0.3, window: "5m" },
      ],
    },
    set: { unused: true },
  },
]).map(({ when }) => when) as [ReturnType<typeof parseRules>[number]["when"]];

/**
 * How much a counter has grown. `increase` alone does not see what a series begins with, and a burst is over before the second scrape;
 * what a process began with is counted where Prometheus knew the process before, or it is young.
 */
function counted(metric: string, own: readonly string[]): string {
  const series = `${metric}${matching(own)}`;
  const started = `process_start_time_seconds${matching(own)}`;
  const grown = `sum ${EACH} (increase(${series}[${BURST}]))`;
  const begun =
    `sum ${EACH} ((min_over_time(${series}[${BURST}]) unless ${series} offset ${BURST})` +
    ` and on (job, instance) (${started} offset ${BURST} or ${started} > time() - 300))`;
  return `(${grown} or 0 * ${begun}) + (${begun} or 0 * ${grown})`;
}

function descriptors(own: readonly string[]): string {
  const open = `max ${EACH} (process_open_fds${matching(own)})`;
  const most = `max ${EACH} (process_max_fds${matching(own)})`;
  const soon = `max ${EACH} (predict_linear(process_open_fds${matching(own)}[15m], 3600))`;
  return `${open} > 0.8 * ${most} or (${open} > 0.2 * ${most} and on (job, instance) ${soon} > ${most})`;
}
