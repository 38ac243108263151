import {
  changeInWords,
  formatCount,
  formatLatency,
  formatShare,
  type LatencyRun,
  type RouteChange,
} from "@sop/node/latency";
import type { Paint } from "../../text/paint.js";
import { type Cell, table } from "../../text/table.js";

/** How a summary is laid out. */
export interface SummaryLayout {
  readonly paint: Paint;
  readonly width: number;
  /** Rows at most; the others are counted. */
  readonly rows?: number | undefined;
}

const COLUMNS = [
  { head: "route", least: 16 },
  { head: "requests", align: "right" },
  { head: "rate", align: "right" },
  { head: "p50", align: "right" },
  { head: "p90", align: "right" },
  { head: "p99", align: "right" },
  { head: "errors", align: "right" },
  { head: "left", align: "right" },
] as const;

/** The figures of each route as lines of a table. */
export function summaryLines(
  run: LatencyRun,
  { paint, width, rows = Number.POSITIVE_INFINITY }: SummaryLayout,
): string[] {
  if (run.routes.length === 0) return ["nothing was requested"];
  const seconds = Math.max(0.001, (Date.parse(run.until) - Date.parse(run.from)) / 1_000);
  const hasLeft = run.routes.some(({ cancelled }) => cancelled > 0);
  const all = run.routes
    .slice(0, rows)
    .map((route): Cell[] => [
      route.route,
      formatCount(route.requests),
      `${formatRate(route.requests / seconds)}/s`,
      formatLatency(route.p50),
      formatLatency(route.p90),
      formatLatency(route.p99),
      route.errors > 0 ? { text: formatShare(route.errorRatio), paint: paint.red } : "0 %",
      ...(hasLeft ? [formatCount(route.cancelled)] : []),
    ]);
  const more = run.routes.length - all.length;
  return [
    ...table(hasLeft ? COLUMNS : COLUMNS.slice(0, -1), all, width),
    ...(more > 0 ? [paint.dim(`and ${more} more`)] : []),
  ];
}

/** What changed since the run before, as lines of a table. */
export function comparisonLines(changes: readonly RouteChange[], { paint, width }: SummaryLayout): string[] {
  const columns = [{ head: "route", least: 16 }, { head: "p50" }, { head: "p90" }, { head: "p99" }, { head: "errors" }];
  const rows = changes.map((change): Cell[] => {
    if (change.in !== "both")
      return [change.route, change.in === "after" ? "not in the run before" : "only in the run before"];
    const { p50, p90, p99, errorRatio } = change.changes;
    return [
      change.route,
      ...[p50, p90, p99, errorRatio].map((one, i): Cell => {
        const text = changeInWords(one, i === 3);
        return {
          text,
          paint: one.verdict === "worse" ? paint.red : one.verdict === "better" ? paint.green : paint.dim,
        };
      }),
    ];
  });
  return table(columns, rows, width);
}

function formatRate(perSecond: number): string {
  return perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1);
}
