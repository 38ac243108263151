import type { HrTime } from "@opentelemetry/api";
import type {
  AggregationTemporality,
  CollectionResult,
  DataPoint,
  DataPointType,
  Histogram,
  MetricData,
  MetricDescriptor,
  MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { Sop } from "@sop/core";
import type { MetricsReading } from "../metrics/metric.js";
import { metricsReader } from "../metrics/reader.js";
import { type Instrument, instruments } from "./instruments.js";
import { type MetricProducerOptions, readProducerOptions } from "./options.js";

// The SDK's enumerations by value, the same in its versions 2 and 3: only its types are used, so that it need not be there.
const CUMULATIVE: AggregationTemporality.CUMULATIVE = 1;
const HISTOGRAM: DataPointType.HISTOGRAM = 0;
const GAUGE: DataPointType.GAUGE = 2;
const SUM: DataPointType.SUM = 3;
const INTEGER = 0;
const DOUBLE = 1;

const SCOPE = { name: "@sop/node" };

/**
 * The metrics of `sop` for the user's own OpenTelemetry SDK: give it to a metric reader as one of its `metricProducers`. Numbers are read
 * when it is asked, from the same arrays as `sop.metrics()`; nothing is done for each request. They count from the start of the process
 * (cumulative), whatever the exporter would like better. The resource is the SDK's. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function metricProducer(sop: Sop, options?: MetricProducerOptions): MetricProducer {
  const { scheme } = readProducerOptions(options);
  const all = instruments(scheme);
  const read = metricsReader(sop);
  const resource = emptyResource(sop.service);
  const startTime = hrTime(performance.timeOrigin);

  const result = (metrics: MetricData[], errors: unknown[]): CollectionResult => ({
    resourceMetrics: { resource, scopeMetrics: [{ scope: SCOPE, metrics }] },
    errors,
  });
  return {
    async collect() {
      try {
        const reading = read();
        const times = { startTime, endTime: hrTime(Date.now()) };
        return result(
          all.map((instrument) => dataOf(instrument, reading, times)).filter(({ dataPoints }) => dataPoints.length > 0),
          [],
        );
      } catch (error) {
        return result([], [error]);
      }
    },
  };
}

type Times = Pick<DataPoint<unknown>, "startTime" | "endTime">;

function dataOf(instrument: Instrument, reading: MetricsReading, times: Times): MetricData {
  const { metric, attributes } = instrument;
  const of = { descriptor: descriptorOf(instrument), aggregationTemporality: CUMULATIVE };
  if (metric.kind === "histogram") {
    const boundaries = [...reading.snapshot.bounds];
    const dataPoints = metric.read(reading).map(
      ({ labels, count, sum, buckets }): DataPoint<Histogram> => ({
        ...times,
        attributes: attributes(labels),
        // Read for this collection alone.
        value: { buckets: { boundaries, counts: buckets as number[] }, count, sum },
      }),
    );
    return { ...of, dataPointType: HISTOGRAM, dataPoints };
  }
  const dataPoints = metric
    .read(reading)
    .map(({ labels, value }): DataPoint<number> => ({ ...times, attributes: attributes(labels), value }));
  if (metric.kind === "gauge" && !instrument.isUpDown) return { ...of, dataPointType: GAUGE, dataPoints };
  return { ...of, dataPointType: SUM, isMonotonic: metric.kind === "counter", dataPoints };
}

function descriptorOf({ metric, name, unit }: Instrument): MetricDescriptor {
  const isFraction = metric.unit === "seconds" || metric.unit === "ratio";
  return { name, description: metric.help, unit, valueType: isFraction ? DOUBLE : INTEGER };
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000);
  return [seconds, Math.floor((milliseconds - seconds * 1_000) * 1e6)];
}

/** For who asks without an SDK; a reader replaces it by that of the SDK. */
function emptyResource(service: string): CollectionResult["resourceMetrics"]["resource"] {
  const attributes = { "service.name": service };
  return {
    attributes,
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => other ?? emptyResource(service),
  };
}
