import type { OptionCheck } from "../options/check.js";
import type { Duration } from "../options/duration.js";
import { BREAKER_OPTION_NAMES, type BreakerOptions, readBreakerOptions } from "../resilience/breaker/options.js";
import type { Policy } from "../resilience/policy.js";
import type { RetryStormSettings } from "./retry-guard.js";

/** How other services are called. */
export interface OutgoingOptions {
  /**
   * The longest that `sop.fetch` waits, the body included, where neither a deadline nor a signal of the caller bounds it.
   * 1 ms to 24 days, default `30s`.
   */
  readonly timeout?: Duration;
  /** Whether the deadline is passed on as `grpc-timeout` too, for services behind a gRPC gateway. Default false. */
  readonly grpcTimeout?: boolean;
  /** What guards the calls of `sop.fetch` to a host, such as a breaker of its name. An answer of 500 to 599 counts as a failure. */
  readonly policy?: (host: string) => Policy | undefined;
  /**
   * A breaker for each host, of the host's name: with these options, or with those that `breakers` has for it (`true`). Not beside
   * `policy`. Default: none.
   */
  readonly breaker?: boolean | BreakerOptions;
  readonly retryStorm?: {
    /** 1 s to 1 h, default `10s`. */
    readonly window?: Duration;
    /**
     * How often a call is made on average before it is a storm: calls to a host within requests for each that is no retry, of at
     * least 20 in the window. Compares with `>=`. 1.1 to 100, default 2: half of what the host gets is retries.
     */
    readonly threshold?: number;
    /** Whether `sop.fetch` refuses retries, by `SOP_OVERLOAD`, to a host that is in a storm. Default false. */
    readonly block?: boolean;
  };
}

/** The options with their defaults. */
export interface OutgoingSettings {
  readonly timeout: number;
  readonly grpcTimeout: boolean;
  readonly policy: ((host: string) => Policy | undefined) | undefined;
  readonly breaker: true | BreakerOptions | undefined;
  readonly retryStorm: RetryStormSettings;
}

const NAMES: readonly (keyof OutgoingOptions)[] = ["timeout", "grpcTimeout", "policy", "breaker", "retryStorm"];

/** Reads `outgoing` of the options. */
export function readOutgoing(options: OptionCheck, longest: number): OutgoingSettings {
  const check = options.nested("outgoing", NAMES);
  const storm = check.nested("retryStorm", ["window", "threshold", "block"]);
  return {
    timeout: check.duration("timeout", 30_000, 1, longest),
    grpcTimeout: check.flag("grpcTimeout", false),
    policy: check.fn<(host: string) => Policy | undefined>("policy"),
    breaker: readBreaker(check),
    retryStorm: {
      window: storm.duration("window", 10_000, 1_000, 3_600_000),
      threshold: storm.number("threshold", 2, 1.1, 100),
      block: storm.flag("block", false),
    },
  };
}

function readBreaker(check: OptionCheck): OutgoingSettings["breaker"] {
  const given = check.value("breaker");
  if (given === undefined || given === false) return undefined;
  if (check.value("policy") !== undefined)
    check.reject("breaker", "nothing beside `policy`, which may give breakers itself");
  if (given === true) return true;
  readBreakerOptions(check.nested("breaker", BREAKER_OPTION_NAMES));
  return given as BreakerOptions;
}
