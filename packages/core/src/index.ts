export type {
  ConfigSnapshot,
  ConfigSource,
  ConfigUpdate,
  FlagChange,
  FlagValue,
  SourceChange,
  SourceState,
} from "./degrade/config-source.js";
export type { Degradable, Fallback } from "./degrade/degradable.js";
export type { Labels } from "./degrade/flags/attributes.js";
export type { FlagDefinition } from "./degrade/flags/definition.js";
export type { ExplainedLayer, ExplainedStep, FlagExplanation } from "./degrade/flags/explain.js";
export type {
  EvaluationContext,
  Flag,
  FlagDetails,
  FlagErrorCode,
  FlagKind,
  FlagMetadata,
  FlagReason,
  KnownFlag,
  Widened,
} from "./degrade/flags/flag.js";
export { type Rollout, rollout } from "./degrade/flags/rollout.js";
export type { StaleCacheOptions } from "./degrade/last-good.js";
export { type DegradableRoute, type RouteDegradable, routeDegradable } from "./degrade/route-degradable.js";
export type { Comparison, Condition, Threshold } from "./degrade/rules/condition-options.js";
export type { RuleMetric } from "./degrade/rules/metric.js";
export { parseRules, type Rule } from "./degrade/rules/options.js";
export type {
  BreakerCondition,
  MetricCondition,
  RuleChange,
  RuleCondition,
  RuleEvidence,
  RuleOptions,
  RuleRecovery,
  RuleStatus,
} from "./degrade/rules/rule.js";
export { diagnose } from "./diagnose/diagnose.js";
export {
  type Diagnosis,
  type Evidence,
  type PackageVersion,
  type RecordedFrame,
  type RecordedPanic,
  ROOT_CAUSES,
  type RootCause,
} from "./diagnose/diagnosis.js";
export {
  type ExplainedCheck,
  type ExplainedClass,
  type ExplainedSamples,
  type ExplainedWay,
  type Explanation,
  explain,
} from "./diagnose/explain.js";
export { type Parts, partsOf } from "./diagnose/features/view.js";
export type { LockGraph } from "./diagnose/lock-graph.js";
export { detect, type Signal } from "./diagnose/signals.js";
export type { Topology } from "./diagnose/topology.js";
export type { Contender, RecordedLock, RecordedPool, RecordedRace } from "./diagnose/window/contention.js";
export { SAMPLE_FIELDS, type Sample, type SampleField, type SampleFieldName } from "./diagnose/window/sample.js";
export type {
  RecordedAllocation,
  RecordedCalls,
  RecordedChange,
  RecordedDeath,
  RecordedRoute,
  RecordedStack,
  RecordedWindow,
} from "./diagnose/window/window.js";
export type { DrainHook, DrainNotice, DrainStage, ServingState } from "./drain.js";
export { ERRORS, type ErrorCode, type ErrorEntry, OptionError, type OptionProblem, SopError } from "./errors.js";
export type { Faults } from "./faults/faults.js";
export type { FaultInjector, FaultMode, FaultResponse } from "./faults/injector.js";
export type { FaultOptions } from "./faults/options.js";
export {
  muteNodeResponse,
  type NodeRequest,
  type NodeResponse,
  openNodeExchange,
  writeNodeReply,
} from "./http/node-exchange.js";
export {
  INCIDENT_STEPS,
  type Incident,
  type IncidentStep,
  type IncidentStepName,
  type IncidentTrigger,
  isSameStep,
  type OpenedIncident,
} from "./incident/incident.js";
export { DURATION_BUCKETS, type ExponentialBuckets, type MetricsOptions } from "./metrics/buckets.js";
export type { MetricsSnapshot, Signals } from "./metrics/metrics.js";
export type { RequestSeries } from "./metrics/request-series.js";
export type { CancelReason, Observer, ObserverEvent } from "./observe/observer.js";
export { OptionCheck } from "./options/check.js";
export { type Duration, parseDuration } from "./options/duration.js";
export { OPTION_NAMES } from "./options/settings.js";
export type { SopOptions } from "./options/sop-options.js";
export type { Fetch } from "./outgoing/fetch.js";
export type { OutgoingFinding, RetryStorm, UnboundedCall, UnconsumedBody } from "./outgoing/finding.js";
export type { OutgoingOptions } from "./outgoing/options.js";
export type { Outgoing, OutgoingCall } from "./outgoing/outgoing.js";
export type { OutgoingSeries, OutgoingSnapshot } from "./outgoing/outgoing-numbers.js";
export { DEADLINE_HEADER, timeLeft } from "./outgoing/propagate.js";
export type { Criticality } from "./overload/criticality.js";
export type { AdaptiveOverloadOptions, OverloadOptions } from "./overload/options.js";
export type { OverloadState } from "./overload/overload.js";
export type { AsyncContext } from "./ports/async-context.js";
export { type Clock, systemClock, type TimerHandle } from "./ports/clock.js";
export type { CrashHistory } from "./ports/crash-history.js";
export type { EventLoop } from "./ports/event-loop.js";
export type { CrashOrigin, Host } from "./ports/host.js";
export { type Ids, randomIds } from "./ports/ids.js";
export { jsonLogger, type Logger, type LogLevel } from "./ports/logger.js";
export type { Storage } from "./ports/storage.js";
export type { Span, SpanAttributes, SpanContext, Tracer } from "./ports/tracer.js";
export { type CrashPolicy, drainProcess } from "./process-guard.js";
export { UNMATCHED } from "./request/context.js";
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
export { type Frame, isApplicationFrame, markOwnFile, parseStack } from "./request/stack.js";
export type { CircuitBreaker } from "./resilience/breaker/breaker.js";
export { type CircuitBreakerOptions, circuitBreaker } from "./resilience/breaker/circuit-breaker.js";
export type {
  BreakerCallEvent,
  BreakerCause,
  BreakerChange,
  BreakerErrorEvent,
  BreakerEvent,
  BreakerEvents,
  BreakerListener,
  BreakerRefusalEvent,
} from "./resilience/breaker/events.js";
export type { BreakerFailure } from "./resilience/breaker/failures.js";
export type { BreakerOptions, OpenBackoff } from "./resilience/breaker/options.js";
export type { BreakerPermit } from "./resilience/breaker/permit.js";
export type { BreakerCalls, BreakerMetrics } from "./resilience/breaker/ports.js";
export {
  type BreakerSource,
  type FindBreaker,
  type GuardedRoute,
  type RouteBreaker,
  routeBreaker,
} from "./resilience/breaker/route-breaker.js";
export { BREAKER_STATES, type BreakerStateName } from "./resilience/breaker/state.js";
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
export type { FleetOptions } from "./resilience/fleet/options.js";
export type { FleetOpinion, FleetState, FleetStore } from "./resilience/fleet/store.js";
export { type HedgePolicy, hedge } from "./resilience/hedge/hedge.js";
export type { HedgeOptions } from "./resilience/hedge/options.js";
export { type AdaptiveLimit, type AdaptiveLimitOptions, adaptiveLimit } from "./resilience/limit/adaptive-limit.js";
export type { LimitState } from "./resilience/limit/limiter.js";
export type { Inner, Outcome } from "./resilience/outcome.js";
export type { Policy, PolicyKind } from "./resilience/policy.js";
export { isRefusal, type RefusalCode, type RefusedError } from "./resilience/refused.js";
export type { RetryOptions } from "./resilience/retry/options.js";
export { type RetryPolicy, retry } from "./resilience/retry/retry.js";
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from "./resilience/retry/retry-budget.js";
export { type TimeoutMode, type TimeoutOptions, type TimeoutPolicy, timeout } from "./resilience/timeout/timeout.js";
export { createSop, resolveSop } from "./sop.js";
export type { Sop } from "./sop-api.js";
export { openTelemetry } from "./trace/open-telemetry.js";
