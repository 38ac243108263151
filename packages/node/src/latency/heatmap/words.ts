import type { Change, RouteChange } from "../compare.js";
import { formatCount, formatLatency, formatShare } from "../format.js";
import type { LatencyRun, RouteLatency } from "../run.js";
import { formatTime } from "./scale.js";

/** What a heat map shows, for those who do not see it: in all, and then each route as a sentence. */
export function describe(
  run: LatencyRun,
  routes: readonly RouteLatency[],
  changes: ReadonlyMap<string, RouteChange>,
): string {
  const { requests, errors } = totals(run);
  const slowest = run.routes.reduce<RouteLatency | undefined>(
    (a, b) => (a === undefined || b.p99 > a.p99 ? b : a),
    undefined,
  );
  const all = [
    `Latency of ${counted(run.routes.length, "route")} over ${formatTime(Date.parse(run.until) - Date.parse(run.from))}:`,
    `${counted(requests, "request")}, ${formatShare(requests === 0 ? 0 : errors / requests)} of them errors.`,
    slowest === undefined
      ? "Nothing was requested."
      : `The slowest route is ${slowest.route} with a P99 of ${formatLatency(slowest.p99)}.`,
  ];
  const gone = [...changes.values()].filter((change) => change.in === "before").map(({ route }) => route);
  return [
    all.join(" "),
    ...routes.map((route) => sentence(route, changes.get(route.route))),
    ...(gone.length === 0 ? [] : [`Only in the run before: ${gone.join(", ")}.`]),
    ...run.notes,
  ].join("\n");
}

/** One route in words. */
export function sentence(route: RouteLatency, change: RouteChange | undefined): string {
  const { requests, errors, cancelled, errorRatio, p50, p90, p99 } = route;
  const left = cancelled > 0 ? `, ${counted(cancelled, "client")} went away` : "";
  const figures = `${counted(requests, "request")}, P50 ${formatLatency(p50)}, P90 ${formatLatency(p90)}, P99 ${formatLatency(p99)}, errors ${formatShare(errorRatio)} (${formatCount(errors)})${left}`;
  return `${route.route}: ${figures}.${compared(change)}`;
}

function compared(change: RouteChange | undefined): string {
  if (change === undefined) return "";
  if (change.in !== "both") return ` Only in the run ${change.in === "after" ? "that is shown" : "before"}.`;
  const { p50, p90, p99, errorRatio } = change.changes;
  const parts = [
    `P50 ${changeInWords(p50)}`,
    `P90 ${changeInWords(p90)}`,
    `P99 ${changeInWords(p99)}`,
    `errors ${changeInWords(errorRatio, true)}`,
  ];
  return ` Compared with the run before: ${parts.join("; ")}.`;
}

/** A change with its sign and in words: `was 4.2 ms, +35 % slower`. */
export function changeInWords({ before, by, verdict, isJudged }: Change, isRatio = false): string {
  const was = `was ${isRatio ? formatShare(before) : formatLatency(before)}`;
  const few = isJudged ? "" : " (few)";
  if (verdict === "same") return `${was}, same${few}`;
  const sign = by > 0 ? "+" : "\u2212";
  if (isRatio) return `${was}, ${sign}${points(Math.abs(by))} ${verdict === "worse" ? "more" : "fewer"}${few}`;
  // Tenfold and more says nothing as a percentage.
  const much = by > 9 ? `\u00d7${formatCount(1 + by)}` : `${sign}${formatShare(Math.abs(by))}`;
  return `${was}, ${much} ${verdict === "worse" ? "slower" : "faster"}${few}`;
}

/** A difference of two shares. */
function points(by: number): string {
  return `${formatShare(by).replace(" %", "")} points`;
}

export function totals({ routes }: LatencyRun): { requests: number; errors: number; cancelled: number } {
  const add = (key: "requests" | "errors" | "cancelled"): number => routes.reduce((n, route) => n + route[key], 0);
  return { requests: add("requests"), errors: add("errors"), cancelled: add("cancelled") };
}

/** `1 request`, `1,234 requests`. */
export function counted(n: number, what: string): string {
  return `${formatCount(n)} ${what}${Math.round(n) === 1 ? "" : "s"}`;
}
