import { OptionCheck } from "../options/check.js";
import type { Duration } from "../options/duration.js";
import type { RequestContext } from "../request/request-context.js";
import { CRITICALITIES, type Criticality, type CriticalitySettings } from "./criticality.js";

/** When requests are refused because there are too many. Everything has a default. */
export interface OverloadOptions {
  /** How many requests may be in flight, 1 to 1,000,000. Default: no limit. For services that wait for others. */
  readonly maxInFlight?: number;
  /** In place of `maxInFlight`: a limit that is learnt from durations. Default false. */
  readonly adaptive?: boolean | AdaptiveOverloadOptions;
  /**
   * How long a request may have waited for the event loop while that never sleeps, 1 ms to 10 s; `false`: for ever. Default 5 ms. For
   * services that compute. The first request of each turn of the loop is let through, so that there is always work. It has no
   * effect where the runtime does not tell how long its loop slept: Workers, Bun, Deno.
   */
  readonly maxEventLoopDelay?: Duration | false;
  /** As `maxEventLoopDelay`, while the loop still sleeps a tenth of its time; at least that, to 1 min. Default 100 ms. */
  readonly maxEventLoopBurst?: Duration;
  /** The class of a request; what is no class is `default`. Where it throws, the request is let through. */
  readonly priority?: (context: RequestContext) => Criticality | undefined;
  /** Classes by the route's template, or by path. `/healthz`, `/readyz` and `/livez` are always let through, if not named here. */
  readonly routes?: Readonly<Record<string, Criticality>>;
  /** A header with the class, for clients that are trusted. Default: none, since anybody can send one. */
  readonly header?: string;
  /**
   * How much of a limit each class may use, above 0, at most 1, and at most what the class above may. Default
   * `{ critical: 1, default: 0.95, sheddable: 0.8 }`, or the share of the class above, where that is less.
   */
  readonly shares?: Partial<Readonly<Record<Criticality, number>>>;
  /** The longest that a refused client is told to wait, 1 s to 1 h. Default 3 s. */
  readonly retryAfter?: Duration;
}

/** Bounds of a limit that is learnt from durations (Gradient2 of Netflix's concurrency-limits). */
export interface AdaptiveOverloadOptions {
  /** 1 to 100,000. Default 4. */
  readonly min?: number;
  /** At least `min`, to 100,000. Default 1,000. */
  readonly max?: number;
  /** Where it begins, between the two. Default 20, or the nearer bound. */
  readonly initial?: number;
  /** How long durations are gathered before the limit moves, 10 ms to 1 min. Default 250 ms. */
  readonly window?: Duration;
}

/** Options with every default filled in; durations in milliseconds. */
export interface OverloadSettings extends CriticalitySettings {
  readonly maxInFlight: number | undefined;
  readonly adaptive: AdaptiveSettings | undefined;
  readonly loopDelay: { readonly target: number; readonly burst: number } | undefined;
  readonly shares: Readonly<Record<Criticality, number>>;
  readonly retryAfter: number;
}

/** Options with every default filled in; durations in milliseconds. */
export interface AdaptiveSettings {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly window: number;
}

const OVERLOAD_OPTION_NAMES = [
  "maxInFlight",
  "adaptive",
  "maxEventLoopDelay",
  "maxEventLoopBurst",
  "priority",
  "routes",
  "header",
  "shares",
  "retryAfter",
] as const satisfies readonly (keyof OverloadOptions)[];

/** What is read where `true` stands for an object. */
const NONE = new OptionCheck({}, "", []);
const MINUTE = 60_000;
const MANY = 100_000;

/** Reads the option `overload` of `options`; `undefined` where nothing is to be refused. */
export function readOverload(options: OptionCheck): OverloadSettings | undefined {
  const given = options.value("overload");
  if (given === undefined || given === false) return undefined;
  const check = given === true ? NONE : options.nested("overload", OVERLOAD_OPTION_NAMES);
  const maxInFlight = check.value("maxInFlight") === undefined ? undefined : check.integer("maxInFlight", 1, 1, 1e6);
  const adaptive = readAdaptive(check);
  const loopDelay = readLoopDelay(check);
  if (maxInFlight !== undefined && adaptive !== undefined) check.reject("adaptive", "either that or maxInFlight");
  if (maxInFlight === undefined && adaptive === undefined && loopDelay === undefined) {
    check.reject("maxEventLoopDelay", "maxInFlight or adaptive beside false: nothing would ever be refused");
  }
  return {
    maxInFlight,
    adaptive,
    loopDelay,
    priority: check.fn("priority"),
    routes: readRoutes(check),
    header: check.value("header") === undefined ? undefined : check.text("header", undefined).toLowerCase(),
    shares: readShares(check),
    retryAfter: check.duration("retryAfter", 3_000, 1_000, 60 * MINUTE),
  };
}

function readAdaptive(check: OptionCheck): AdaptiveSettings | undefined {
  const given = check.value("adaptive");
  if (given === undefined || given === false) return undefined;
  const adaptive = given === true ? NONE : check.nested("adaptive", ["min", "max", "initial", "window"]);
  const min = adaptive.integer("min", 4, 1, MANY);
  const max = adaptive.integer("max", Math.max(1_000, min), min, MANY);
  const initial = adaptive.integer("initial", Math.min(Math.max(20, min), max), min, max);
  return { min, max, initial, window: adaptive.duration("window", 250, 10, MINUTE) };
}

function readLoopDelay(check: OptionCheck): OverloadSettings["loopDelay"] {
  const isOff = check.value("maxEventLoopDelay") === false;
  const target = isOff ? 5 : check.duration("maxEventLoopDelay", 5, 1, 10_000);
  const burst = check.duration("maxEventLoopBurst", Math.max(100, target), target, MINUTE);
  return isOff ? undefined : { target, burst };
}

function readShares(check: OptionCheck): OverloadSettings["shares"] {
  const shares = check.nested("shares", CRITICALITIES);
  const critical = shares.share("critical", 1);
  const usual = shares.share("default", Math.min(0.95, critical));
  const sheddable = shares.share("sheddable", Math.min(0.8, usual));
  if (usual > critical) shares.reject("default", `at most shares.critical, which is ${critical}`);
  if (sheddable > usual) shares.reject("sheddable", `at most shares.default, which is ${usual}`);
  return { critical, default: usual, sheddable };
}

function readRoutes(check: OptionCheck): ReadonlyMap<string, Criticality> {
  const given = check.value("routes");
  const names = given instanceof Object ? Object.keys(given) : [];
  const routes = check.nested("routes", names);
  return new Map(names.map((route) => [route, routes.oneOf(route, CRITICALITIES, "default")]));
}
