import type { ConfigSnapshot, ConfigSource } from "../degrade/config-source.js";
import type { Labels } from "../degrade/flags/attributes.js";
import { readLabels, readLayer } from "../degrade/flags/options.js";
import { type Rule, readRules } from "../degrade/rules/options.js";
import type { DrainTimes } from "../drain.js";
import { type FaultSettings, readFaults } from "../faults/options.js";
import { METRICS_OPTIONS, readBuckets } from "../metrics/buckets.js";
import type { Observer } from "../observe/observer.js";
import type { Fetch } from "../outgoing/fetch.js";
import { type OutgoingSettings, readOutgoing } from "../outgoing/options.js";
import { type OverloadSettings, readOverload } from "../overload/options.js";
import { type AsyncContext, systemAsyncContext } from "../ports/async-context.js";
import { type Clock, systemClock } from "../ports/clock.js";
import type { CrashHistory } from "../ports/crash-history.js";
import { type EventLoop, systemEventLoop } from "../ports/event-loop.js";
import { type Host, systemHost } from "../ports/host.js";
import { type Ids, randomIds } from "../ports/ids.js";
import { jsonLogger, LOG_LEVELS, type Logger } from "../ports/logger.js";
import type { Tracer } from "../ports/tracer.js";
import type { CrashPolicy } from "../process-guard.js";
import type { AdmissionPolicy } from "../request/policy.js";
import type { BreakerSettings } from "../resilience/breaker/options.js";
import { readPresets } from "../resilience/breaker/registry.js";
import { type FleetSettings, readFleetOptions } from "../resilience/fleet/options.js";
import { openTelemetry } from "../trace/open-telemetry.js";
import { OptionCheck } from "./check.js";
import type { SopOptions } from "./sop-options.js";

/** Options with every default filled in. */
export interface Settings {
  readonly service: string;
  readonly logger: Logger;
  readonly fallbackLogger: Logger;
  readonly deadline: { readonly default: number | undefined; readonly max: number };
  readonly onCrash: CrashPolicy;
  readonly drain: DrainTimes;
  readonly buckets: readonly number[];
  readonly maxSeries: number;
  readonly window: number;
  readonly quiet: number;
  readonly breakers: ReadonlyMap<string, BreakerSettings>;
  readonly maxBreakers: number;
  readonly fleet: FleetSettings | undefined;
  readonly outgoing: OutgoingSettings;
  readonly overload: OverloadSettings | undefined;
  readonly faults: FaultSettings | undefined;
  readonly flags: ConfigSnapshot["flags"];
  readonly labels: Labels;
  readonly rules: readonly Rule[];
  readonly maxActiveRules: number;
  readonly sources: readonly ConfigSource[];
  readonly observers: readonly Observer[];
  readonly policies: readonly AdmissionPolicy[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly asyncContext: AsyncContext;
  readonly host: Host;
  readonly tracer: Tracer;
  readonly eventLoop: EventLoop | undefined;
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly crashes: CrashHistory | undefined;
}

/** The names of all options, for those who pass them on. */
export const OPTION_NAMES = [
  "service",
  "logger",
  "logLevel",
  "deadline",
  "onCrash",
  "drain",
  "metrics",
  "incidents",
  "breakers",
  "maxBreakers",
  "fleet",
  "outgoing",
  "overload",
  "faults",
  "flags",
  "labels",
  "rules",
  "maxActiveRules",
  "sources",
  "observers",
  "policies",
  "ports",
] as const satisfies readonly (keyof SopOptions)[];

const PORT_NAMES = [
  "clock",
  "ids",
  "asyncContext",
  "host",
  "tracer",
  "eventLoop",
  "random",
  "fetch",
  "crashes",
] as const satisfies readonly (keyof NonNullable<SopOptions["ports"]>)[];

const DAY = 86_400_000;
const LONGEST = 24 * DAY;

/** Checks options and fills in defaults. Throws an OptionError that names every problem. */
export function readOptions(options: SopOptions): Settings {
  const check = new OptionCheck(options, "", OPTION_NAMES);
  const ports = check.nested("ports", PORT_NAMES);
  const clock = ports.port<Clock>("clock", ["now", "monotonic", "setTimeout", "clearTimeout"], systemClock);
  const host = ports.port<Host>("host", ["onCrash", "exit"], systemHost());
  const env = host.env ?? {};
  const service = check.text("service", env["SOP_SERVICE"]);
  const logLevel = check.oneOf("logLevel", LOG_LEVELS, LOG_LEVELS.find((l) => l === env["SOP_LOG_LEVEL"]) ?? "info");
  const deadline = check.nested("deadline", ["default", "max"]);
  const max = deadline.duration("max", 60_000, 1, LONGEST);
  const usual = deadline.duration("default", undefined, 1, LONGEST);
  if (usual !== undefined && usual > max) deadline.reject("default", `at most deadline.max, which is ${max} ms`);
  const metrics = check.nested("metrics", METRICS_OPTIONS);
  const buckets = readBuckets(metrics);
  const fallbackLogger = jsonLogger(service, logLevel, () => clock.now());
  const ids = ports.port<Ids>("ids", ["requestId", "traceId", "spanId"], randomIds());
  const random = ports.fn<() => number>("random") ?? Math.random;
  const settings: Settings = {
    service,
    logger: check.port<Logger>("logger", ["debug", "info", "warn", "error"], fallbackLogger),
    fallbackLogger,
    deadline: { default: usual, max },
    onCrash: check.oneOf("onCrash", ["drain-and-exit", "continue", "exit"], "drain-and-exit"),
    drain: drainTimes(check.nested("drain", ["limit", "wait", "spread"])),
    buckets,
    maxSeries: metrics.integer("maxSeries", 1_000, 10, 100_000),
    window: metrics.duration("window", 60_000, 1_000, 3_600_000),
    quiet: check.nested("incidents", ["quiet"]).duration("quiet", 60_000, 1_000, DAY),
    breakers: readPresets(check, "breakers"),
    maxBreakers: check.integer("maxBreakers", 1_000, 1, 100_000),
    fleet: readFleetOptions(check, () => ids.spanId()),
    outgoing: readOutgoing(check, LONGEST),
    overload: readOverload(check),
    faults: readFaults(check, random),
    flags: readLayer(check),
    labels: readLabels(check),
    rules: readRules(check, buckets),
    maxActiveRules: check.integer("maxActiveRules", 3, 1, 100),
    sources: check.objects<ConfigSource>("sources"),
    observers: check.objects<Observer>("observers"),
    policies: check.objects<AdmissionPolicy>("policies"),
    clock,
    ids,
    asyncContext: ports.port<AsyncContext>("asyncContext", ["run", "getStore"], systemAsyncContext()),
    host,
    tracer: ports.port<Tracer>("tracer", ["span"], openTelemetry),
    eventLoop: ports.port<EventLoop, EventLoop | undefined>("eventLoop", ["idle", "endOfTurn"], systemEventLoop()),
    random,
    fetch: ports.fn<Fetch>("fetch") ?? ((input, init) => globalThis.fetch(input, init)),
    crashes: ports.port<CrashHistory, undefined>("crashes", ["read", "mitigated"], undefined),
  };
  check.done();
  return settings;
}

function drainTimes(check: OptionCheck): DrainTimes {
  const limit = check.duration("limit", 30_000, 0, LONGEST);
  const wait = check.duration("wait", 0, 0, LONGEST);
  const spread = check.duration("spread", Math.min(10_000, Math.floor(limit / 3)), 0, LONGEST);
  for (const [key, value] of Object.entries({ wait, spread })) {
    if (value > 0 && value >= limit) check.reject(key, `less than drain.limit, which is ${limit} ms`);
  }
  return { limit, wait, spread };
}
