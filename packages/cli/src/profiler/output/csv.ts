import type { LatencyRun } from "@sop/node/latency";

const HEAD = "route,from,requests,errors,error_ratio,cancelled,p50_ms,p90_ms,p99_ms";

/** The figures of each route and slice of time (RFC 4180); numbers are rounded to a millionth. */
export function csvOf(run: LatencyRun): string {
  const rows = run.routes.flatMap(({ route, slices }) =>
    slices.map(({ at, requests, errors, errorRatio, cancelled, p50, p90, p99 }) =>
      [
        quoted(route),
        new Date(at).toISOString(),
        ...[requests, errors, errorRatio, cancelled, p50, p90, p99].map(short),
      ].join(","),
    ),
  );
  return `${[HEAD, ...rows].join("\r\n")}\r\n`;
}

/** Routes come from elsewhere: a spreadsheet would take some beginnings for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function short(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
