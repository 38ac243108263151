import type { Sop } from "@sop/core";
import { readInFlight } from "../blackbox/in-flight.js";
import type { BlackBox } from "../blackbox/memory.js";

const MOST = 50;
const MEGA = 1e6;

/** What a service does at this moment, for people: requests and calls in flight, breakers, memory. It has no secrets: routes, hosts and ids. */
export function snapshotText(sop: Sop, box: BlackBox, signal: string): string {
  const now = Date.now();
  const entries = readInFlight(box);
  const requests = entries.filter(({ kind }) => kind === "request");
  const calls = entries.filter(({ kind }) => kind === "call");
  const { heapUsed, rss, external } = process.memoryUsage();
  const { utilization } = performance.eventLoopUtilization();
  return `${[
    `sop: ${signal} at ${new Date(now).toISOString()}: ${sop.service}, process ${process.pid}, ${sop.state}, up for ${seconds(process.uptime() * 1_000)}`,
    `memory: heap ${mega(heapUsed)}, external ${mega(external)}, resident ${mega(rss)}; event loop busy for ${Math.round(utilization * 100)} % since the start`,
    `incident: ${sop.incident?.id ?? "none"}`,
    `requests in flight: ${requests.length}`,
    ...most(
      requests,
      ({ startedAt, phase, method, route, requestId }) =>
        `  ${seconds(now - startedAt).padStart(9)}  ${phase.padEnd(9)}  ${method} ${route}  ${requestId ?? ""}`,
    ),
    `outgoing calls in flight: ${calls.length}`,
    ...most(
      calls,
      ({ startedAt, host, route, requestId }) =>
        `  ${seconds(now - startedAt).padStart(9)}  ${host}${route === undefined ? "" : `  of ${route}`}  ${requestId ?? ""}`,
    ),
    `breakers: ${
      sop
        .breakers()
        .map(({ name, state }) => `${name} ${state}`)
        .join(", ") || "none"
    }`,
  ]
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

function most<T>(items: readonly T[], line: (item: T) => string): string[] {
  const lines = items.slice(0, MOST).map(line);
  return items.length > MOST ? [...lines, `  and ${items.length - MOST} more`] : lines;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function mega(bytes: number): string {
  return `${(bytes / MEGA).toFixed(1)} MB`;
}
