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
export { type Clock, systemClock, type TimerHandle } from "./ports/clock.js";
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
export { BREAKER_STATES, type BreakerStateName } from "./resilience/breaker/state.js";
export type { Call, ExecuteOptions, Task } from "./resilience/call.js";
export type { FleetOptions } from "./resilience/fleet/options.js";
export type { FleetOpinion, FleetState, FleetStore } from "./resilience/fleet/store.js";
export type { Policy, PolicyKind } from "./resilience/policy.js";
export { isRefusal, type RefusalCode, type RefusedError } from "./resilience/refused.js";
export { createSop, resolveSop, type Sop } from "./sop.js";
