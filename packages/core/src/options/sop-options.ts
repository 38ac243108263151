import type { ConfigSnapshot, ConfigSource } from "../degrade/config-source.js";
import type { Labels } from "../degrade/flags/attributes.js";
import type { RuleOptions } from "../degrade/rules/rule.js";
import type { FaultOptions } from "../faults/options.js";
import type { MetricsOptions } from "../metrics/buckets.js";
import type { Observer } from "../observe/observer.js";
import type { Fetch } from "../outgoing/fetch.js";
import type { OutgoingOptions } from "../outgoing/options.js";
import type { OverloadOptions } from "../overload/options.js";
import type { AsyncContext } from "../ports/async-context.js";
import type { Clock } from "../ports/clock.js";
import type { CrashHistory } from "../ports/crash-history.js";
import type { EventLoop } from "../ports/event-loop.js";
import type { Host } from "../ports/host.js";
import type { Ids } from "../ports/ids.js";
import type { Logger, LogLevel } from "../ports/logger.js";
import type { Tracer } from "../ports/tracer.js";
import type { CrashPolicy } from "../process-guard.js";
import type { AdmissionPolicy } from "../request/policy.js";
import type { BreakerOptions } from "../resilience/breaker/options.js";
import type { FleetOptions } from "../resilience/fleet/options.js";
import type { Duration } from "./duration.js";

/** Options of `createSop`. Everything but `service` has a default. */
export interface SopOptions {
  /** The service's name, on each log line. Default: the environment's `SOP_SERVICE`; without that it is required. */
  readonly service?: string;
  /** A pino-compatible logger. Default: JSON lines to the console. */
  readonly logger?: Logger;
  /** Least level of the default logger. Default: `SOP_LOG_LEVEL`, else `info`. */
  readonly logLevel?: LogLevel;
  readonly deadline?: {
    /** For requests that bring none, 1 ms to 24 days. Default: none. */
    readonly default?: Duration;
    /** The longest that any may be, an extension included, 1 ms to 24 days. Default `60s`. */
    readonly max?: Duration;
  };
  /** What becomes of the process after an error that nobody caught. Default `drain-and-exit`, with exit code 1. */
  readonly onCrash?: CrashPolicy;
  readonly drain?: {
    /** The longest a drain may take in all. Default `30s`. */
    readonly limit?: Duration;
    /**
     * How long the process still serves after `sop.state` left `serving`, so that balancers see it first; below `limit`.
     * Default 0.
     */
    readonly wait?: Duration;
    /** Over how long the closes of long connections are spread; below `limit`. Default `10s`, and at most a third of `limit`. */
    readonly spread?: Duration;
  };
  readonly metrics?: MetricsOptions;
  readonly incidents?: {
    /** An incident closes when nothing joined it for so long, 1 s to 24 h. Default `60s`. */
    readonly quiet?: Duration;
  };
  /** Options of circuit breakers by name, for those that the code asks for by name only. */
  readonly breakers?: Readonly<Record<string, BreakerOptions>>;
  /** How many breakers there may be, 1 to 100,000. One more is refused by `SOP_ERR_LIMIT`. Default 1,000. */
  readonly maxBreakers?: number;
  /** Shares what breakers have seen with the other instances of the service. Default: each decides by itself. */
  readonly fleet?: FleetOptions;
  /** How other services are called. */
  readonly outgoing?: OutgoingOptions;
  /** When requests are refused because there are too many; `true` for the defaults. Default false: never. */
  readonly overload?: boolean | OverloadOptions;
  /** Faults to be injected on purpose, to see what they do. Default: none, and nothing is in the way of any request. */
  readonly faults?: FaultOptions;
  /** Flags by name, the lowest layer: plain values, or definitions in flagd's form. */
  readonly flags?: ConfigSnapshot["flags"];
  /** What rules know of this instance, such as its region: `labels.<name>`. */
  readonly labels?: Labels;
  /** What throws flags when the service's own figures are wrong: at most 100. Default: nothing. */
  readonly rules?: readonly RuleOptions[];
  /** How many rules may have flags thrown at once, 1 to 100. Default 3. */
  readonly maxActiveRules?: number;
  /** Where configuration is watched; a later source wins. */
  readonly sources?: readonly ConfigSource[];
  /** Who listens to the spine. */
  readonly observers?: readonly Observer[];
  /** Asked in `admit`, after the drain and `overload`, in this order. */
  readonly policies?: readonly AdmissionPolicy[];
  /** What the core uses of the world around it. For tests, and for runtimes of their own. */
  readonly ports?: {
    readonly clock?: Clock;
    readonly ids?: Ids;
    readonly asyncContext?: AsyncContext;
    readonly host?: Host;
    readonly tracer?: Tracer;
    /** Default: Node's; without one no request waits for it. */
    readonly eventLoop?: EventLoop;
    /** 0..1, 1 left out. Default `Math.random`. */
    readonly random?: () => number;
    /** What `sop.fetch` calls. Default: the global `fetch`, as it is at each call. */
    readonly fetch?: Fetch;
    /** Crashes of the service's earlier processes. Default: none is known. */
    readonly crashes?: CrashHistory;
  };
}
