import type { Attributes } from "@opentelemetry/api";
import type { Metric, MetricUnit } from "../metrics/metric.js";
import { METRICS } from "../metrics/table.js";
import { type AttributesOf, clientAttributes, serverAttributes } from "./http.js";

/** How a line of the metric table is called in OpenTelemetry. */
export interface Instrument {
  readonly metric: Metric;
  readonly name: string;
  /** In UCUM. */
  readonly unit: string;
  /** An UpDownCounter: a gauge whose numbers can be added up across processes. */
  readonly isUpDown: boolean;
  readonly attributes: AttributesOf;
}

const UNITS: Readonly<Record<MetricUnit, string>> = {
  seconds: "s",
  bytes: "By",
  ratio: "1",
  state: "",
  requests: "{request}",
  calls: "{call}",
  panics: "{panic}",
  incidents: "{incident}",
  files: "{file}",
};

/** Counted by `http.server.request.duration` too. */
const LEFT_OUT = "http_requests_total";

/**
 * All instruments. What the HTTP conventions know has their names and attributes. All others are called so that a translation to
 * Prometheus, such as the Collector's, gives the very name of the table back, and keep their labels: dashboards and alerts fit both.
 */
export function instruments(scheme: string): Instrument[] {
  const conventional: Readonly<Record<string, Partial<Instrument>>> = {
    http_request_duration_seconds: { name: "http.server.request.duration", attributes: serverAttributes(scheme) },
    outgoing_request_duration_seconds: { name: "http.client.request.duration", attributes: clientAttributes },
    http_requests_in_flight: {
      name: "http.server.active_requests",
      isUpDown: true,
      attributes: () => ({ "url.scheme": scheme }),
    },
  };
  return METRICS.filter(({ name }) => name !== LEFT_OUT).map((metric) => {
    const { attributes = (labels: readonly string[]) => named(metric.labels, labels), ...more } =
      conventional[metric.name] ?? {};
    const own = { name: nameOf(metric), unit: UNITS[metric.unit], isUpDown: false };
    return { metric, ...own, ...more, attributes: remembered(attributes) };
  });
}

const SUFFIXES = /(_(seconds|bytes|ratio))?(_total)?$/;
const NAMESPACES =
  /^(http|process|nodejs|middleware|circuit_breaker|feature_flag|config_source|event_loop|request_context|service|overload)_/;

/** Without the suffixes that a translation adds, and with a dot after the namespace. */
function nameOf({ name }: Metric): string {
  return name.replace(SUFFIXES, "").replace(NAMESPACES, "$1.");
}

/** Makes each series' attributes once: there are only so many series. */
function remembered(make: AttributesOf): AttributesOf {
  const known = new Map<string, Attributes>();
  return (labels) => {
    const key = labels.join("\0");
    const attributes = known.get(key) ?? make(labels);
    known.set(key, attributes);
    return attributes;
  };
}

function named(names: readonly string[], values: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
