import type { PanelPlan, RowPlan } from "./plan.js";
import { changes, countRate, heat, increase, max, quantile, rate, select, sum } from "./query.js";

const PER_SECOND = "reqps";
const CALLS = "ops";
const DURATION = "http_request_duration_seconds";
const REQUESTS = "http_requests_total";
const OUTGOING = "outgoing_request_duration_seconds";

const FAILED = { status: "~5.." };

/** What the dashboard shows, from the service as a whole down to its process. */
export const ROWS: readonly RowPlan[] = [
  {
    title: "Service",
    panels: [
      states("Serving", "service_state", max("service_state", ["instance", "state"]), "{{instance}} {{state}}"),
      lines("In flight", "http_requests_in_flight", [[sum("http_requests_in_flight", ["instance"]), "{{instance}}"]]),
      lines("Saturation", "overload_saturation_ratio", [
        [max("overload_saturation_ratio", ["resource"]), "{{resource}}"],
      ]),
    ],
  },
  {
    title: "Requests",
    panels: [
      stacked("Traffic by status", REQUESTS, [[rate(REQUESTS, ["status"]), "{{status}}"]], PER_SECOND),
      stacked("Traffic by route", REQUESTS, [[rate(REQUESTS, ["route"]), "{{route}}"]], PER_SECOND),
      {
        ...lines("Errors", REQUESTS, [
          [`${rate(REQUESTS, [], FAILED)} / ${rate(REQUESTS)}`, "all"],
          [`${rate(REQUESTS, ["route"], FAILED)} / ${rate(REQUESTS, ["route"])}`, "{{route}}"],
        ]),
        unit: "percentunit",
      },
      {
        ...lines("Latency", DURATION, [
          [quantile(0.5, DURATION), "P50"],
          [quantile(0.95, DURATION), "P95"],
          [quantile(0.99, DURATION), "P99"],
        ]),
        exemplars: true,
      },
      lines("P95 by route", DURATION, [[quantile(0.95, DURATION, ["route"]), "{{route}}"]]),
      {
        title: "Latency, heat map",
        metric: DURATION,
        look: "heat",
        queries: [{ expr: heat(DURATION), legend: "{{le}}" }],
      },
      stacked(
        "Refused",
        "http_requests_refused_total",
        [[rate("http_requests_refused_total", ["reason"]), "{{reason}}"]],
        PER_SECOND,
      ),
      stacked(
        "Canceled",
        "request_context_canceled_total",
        [[rate("request_context_canceled_total", ["reason"]), "{{reason}}"]],
        PER_SECOND,
      ),
      stacked("Panics", "middleware_panic_total", [[rate("middleware_panic_total", ["name"]), "{{name}}"]], CALLS),
    ],
  },
  {
    title: "Other services",
    panels: [
      {
        ...states(
          "Breakers that are not closed",
          "circuit_breaker_state",
          max("circuit_breaker_state", ["name", "state"], {
            state: "~open|half_open|forced_open|disabled|metrics_only",
          }),
          "{{name}} {{state}}",
        ),
        isGood: false,
      },
      stacked(
        "Calls through breakers",
        "circuit_breaker_calls_total",
        [[rate("circuit_breaker_calls_total", ["name", "kind"]), "{{name}} {{kind}}"]],
        CALLS,
      ),
      stacked("Outgoing calls", OUTGOING, [[countRate(OUTGOING, ["host", "status"]), "{{host}} {{status}}"]], CALLS),
      lines("P95 of outgoing calls", OUTGOING, [[quantile(0.95, OUTGOING, ["host"]), "{{host}}"]]),
      stacked(
        "Calls that nothing bounds",
        "outgoing_requests_without_deadline_total",
        [[rate("outgoing_requests_without_deadline_total", ["host"]), "{{host}}"]],
        CALLS,
      ),
      stacked(
        "Calls that a fallback answered",
        "degraded_calls_total",
        [[rate("degraded_calls_total", ["flag"]), "{{flag}}"]],
        CALLS,
      ),
    ],
  },
  {
    title: "Configuration and incidents",
    panels: [
      states("Flags", "feature_flag_state", max("feature_flag_state", ["flag", "variant"]), "{{flag}} {{variant}}"),
      {
        ...states(
          "Sources that are not ready",
          "config_source_state",
          max("config_source_state", ["source", "state"], { state: "~STALE|ERROR" }),
          "{{source}} {{state}}",
        ),
        isGood: false,
      },
      stacked("Incidents", "incidents_total", [[increase("incidents_total", ["trigger"]), "{{trigger}}"]]),
    ],
  },
  {
    title: "Process",
    panels: [
      lines("Event loop, busy", "event_loop_utilization_ratio", [
        [max("event_loop_utilization_ratio", ["instance"]), "{{instance}}"],
      ]),
      lines("Event loop, late", "event_loop_delay_seconds", [
        [max("event_loop_delay_seconds", ["quantile"]), "{{quantile}}"],
        [max("event_loop_stalled_seconds", ["instance"]), "{{instance}} stands still"],
      ]),
      lines(
        "CPU",
        "process_cpu_seconds_total",
        [[rate("process_cpu_seconds_total", ["instance"]), "{{instance}}"]],
        "percentunit",
      ),
      lines("Memory", "process_resident_memory_bytes", [
        [max("process_resident_memory_bytes", ["instance"]), "{{instance}} resident"],
        [max("nodejs_heap_size_used_bytes", ["instance"]), "{{instance}} heap"],
        [max("nodejs_external_memory_bytes", ["instance"]), "{{instance}} external"],
      ]),
      lines("File descriptors", "process_open_fds", [
        [max("process_open_fds", ["instance"]), "{{instance}}"],
        [max("process_max_fds", ["instance"]), "{{instance}} limit"],
      ]),
      lines(
        "Restarts",
        "process_start_time_seconds",
        [[changes("process_start_time_seconds"), "{{instance}}"]],
        "short",
      ),
      lines("Uptime", "process_start_time_seconds", [
        [`time() - ${select("process_start_time_seconds")}`, "{{instance}}"],
      ]),
    ],
  },
];

type Queries = readonly (readonly [expr: string, legend: string])[];

function lines(title: string, metric: string, queries: Queries, unit?: string): PanelPlan {
  return {
    title,
    metric,
    queries: queries.map(([expr, legend]) => ({ expr, legend })),
    ...(unit !== undefined && { unit }),
  };
}

function stacked(title: string, metric: string, queries: Queries, unit?: string): PanelPlan {
  return { ...lines(title, metric, queries, unit), look: "stacked" };
}

function states(title: string, metric: string, expr: string, legend: string): PanelPlan {
  return { title, metric, look: "states", isGood: true, queries: [{ expr, legend }] };
}
