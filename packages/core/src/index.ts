export type {
  ConfigSnapshot,
  ConfigSource,
  ConfigUpdate,
  FlagChange,
  FlagValue,
  SourceChange,
  SourceState,
} from "./degrade/config-source.js";
export type { Degradable } from "./degrade/degradable.js";
export type { Flag, Widened } from "./degrade/flags.js";
export { diagnose } from "./diagnose/diagnose.js";
export {
  type Diagnosis,
  type Evidence,
  type PackageVersion,
  type RecordedFrame,
  type RecordedPanic,
  type RecordedWindow,
  ROOT_CAUSES,
  type RootCause,
} from "./diagnose/diagnosis.js";
export type { DrainHook, ServingState } from "./drain.js";
export { ERRORS, type ErrorCode, type ErrorEntry, OptionError, type OptionProblem, SopError } from "./errors.js";
export { type NodeRequest, type NodeResponse, openNodeExchange, writeNodeReply } from "./http/node-exchange.js";
export {
  INCIDENT_STEPS,
  type Incident,
  type IncidentStep,
  type IncidentStepName,
  type IncidentTrigger,
} from "./incident/incident.js";
export { DURATION_BUCKETS } from "./metrics/histogram.js";
export type { MetricsSnapshot, Signals } from "./metrics/metrics.js";
export type { RequestSeries } from "./metrics/request-series.js";
export type { CancelReason, Observer, ObserverEvent } from "./observe/observer.js";
export { OptionCheck } from "./options/check.js";
export { type Duration, parseDuration } from "./options/duration.js";
export { OPTION_NAMES, type SopOptions } from "./options/options.js";
export type { AsyncContext } from "./ports/async-context.js";
export type { Clock, TimerHandle } from "./ports/clock.js";
export type { CrashOrigin, Host } from "./ports/host.js";
export { type Ids, randomIds } from "./ports/ids.js";
export { jsonLogger, type Logger, type LogLevel } from "./ports/logger.js";
export type { Storage } from "./ports/storage.js";
export type { Tracer } from "./ports/tracer.js";
export type { CrashPolicy } from "./process-guard.js";
export type {
  AfterPanicEvent,
  BeforeHandlerEvent,
  ContextEvents,
  ContextListener,
  TimeoutExpiredEvent,
} from "./request/events.js";
export type { HeaderBag } from "./request/headers.js";
export type { RequestInFlight } from "./request/in-flight.js";
export type { Adapter, Lifecycle, RequestEnd, RequestHead } from "./request/lifecycle.js";
export { describeError, type Panic } from "./request/panic.js";
export type { AdmissionPolicy } from "./request/policy.js";
export { problem, type Reply } from "./request/reply.js";
export type { Baggage, RequestContext } from "./request/request-context.js";
export { type Frame, markOwnFile, parseStack } from "./request/stack.js";
export { type Bulkhead, bulkhead } from "./resilience/bulkhead/bulkhead.js";
export type { BulkheadOptions } from "./resilience/bulkhead/options.js";
export type { AbortListener, Call, ExecuteOptions, Task } from "./resilience/call.js";
export type { ComposedPolicy } from "./resilience/compose/composed-policy.js";
export { policy, type Substitute } from "./resilience/compose/policy.js";
export type { PolicyProblem, PolicyProblemKind } from "./resilience/compose/problem.js";
export type { WrapOptions, Wrapped } from "./resilience/compose/wrapped.js";
export {
  type FallbackOptions,
  type FallbackPolicy,
  fallback,
  type StaleOptions,
} from "./resilience/fallback/fallback.js";
export { FallbackError } from "./resilience/fallback/fallback-error.js";
export { type HedgePolicy, hedge } from "./resilience/hedge/hedge.js";
export type { HedgeOptions } from "./resilience/hedge/options.js";
export { type AdaptiveLimit, type AdaptiveLimitOptions, adaptiveLimit } from "./resilience/limit/adaptive-limit.js";
export type { LimitState } from "./resilience/limit/limiter.js";
export type { Inner, Outcome } from "./resilience/outcome.js";
export type { Policy, PolicyKind } from "./resilience/policy.js";
export type { RefusalCode, RefusedError } from "./resilience/refused.js";
export type { RetryOptions } from "./resilience/retry/options.js";
export { type RetryPolicy, retry } from "./resilience/retry/retry.js";
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from "./resilience/retry/retry-budget.js";
export { type TimeoutMode, type TimeoutOptions, type TimeoutPolicy, timeout } from "./resilience/timeout/timeout.js";
export { createSop, resolveSop, type Sop } from "./sop.js";
