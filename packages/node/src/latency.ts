export { LATENCY_BOUNDS } from "./latency/buckets.js";
export { type Change, type ChangedFigure, compareRuns, type RouteChange } from "./latency/compare.js";
export { formatCount, formatLatency, formatShare } from "./latency/format.js";
export { type HeatMapOptions, latencyHeatMap } from "./latency/heatmap/heatmap.js";
export { changeInWords } from "./latency/heatmap/words.js";
export { type Counts, type Quantile, quantile } from "./latency/quantile.js";
export { type LatencyRecorder, latencyRecorder } from "./latency/recorder.js";
export type { PackedSlice, RecordedLatency } from "./latency/recording.js";
export {
  LATENCY_SCHEMA,
  type LatencyFigures,
  type LatencyRun,
  latencyRun,
  type Measured,
  QUANTILES,
  type QuantileName,
  type RouteLatency,
  type TimedLatency,
} from "./latency/run.js";
export { latencyRunProblem } from "./latency/schema.js";
export { type LatencySlice, type RouteSlice, slicesOf } from "./latency/slices.js";
