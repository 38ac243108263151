import type { Observer } from "../observe/observer.js";
import type { Clock } from "../ports/clock.js";
import type { EventLoop } from "../ports/event-loop.js";
import type { AdmissionPolicy } from "../request/policy.js";
import { Gradient2 } from "../resilience/limit/gradient2.js";
import { type ConcurrencyLimit, FixedLimit, LearntLimit } from "./concurrency-limit.js";
import { ConcurrencyPolicy } from "./concurrency-policy.js";
import { EventLoopPolicy } from "./event-loop-policy.js";
import { LoopWatch } from "./loop-watch.js";
import type { OverloadSettings } from "./options.js";
import { Shedding } from "./shedding.js";

/** How near the service is to refusing requests. */
export interface OverloadState {
  /** Requests in flight, and how many there may be; `undefined` without such a limit. */
  readonly concurrency: { readonly inFlight: number; readonly limit: number } | undefined;
  /** `undefined` where the event loop is not looked at, or does not tell. */
  readonly eventLoop:
    | {
        /** Share of the last quarter of a second in which the loop slept, 0..1. */
        readonly rest: number;
        /** How long a request may now have waited for it, in milliseconds. */
        readonly allowed: number;
      }
    | undefined;
}

/** What the shedding of load needs of the world around it. */
export interface OverloadPorts {
  readonly clock: Clock;
  readonly eventLoop: EventLoop | undefined;
  /** 0..1, 1 left out. */
  readonly random: () => number;
}

/** Refuses requests that come while there are too many: by the event loop's delay, and by the number in flight. */
export class Overload {
  /** In the order in which they are to be asked: what the loop is asked of must be every request. */
  readonly policies: readonly AdmissionPolicy[];
  readonly observers: readonly Observer[];
  readonly #clock: Clock;
  readonly #watch: LoopWatch | undefined;
  readonly #concurrency: ConcurrencyPolicy | undefined;

  constructor(settings: OverloadSettings, { clock, eventLoop, random }: OverloadPorts) {
    const shedding = new Shedding(settings, random);
    const limit = limitOf(settings);
    this.#clock = clock;
    this.#concurrency = limit && new ConcurrencyPolicy(limit, shedding);
    const byNumber = this.#concurrency === undefined ? [] : [this.#concurrency];
    this.observers = byNumber.map(({ observer }) => observer);
    if (eventLoop === undefined || settings.loopDelay === undefined) this.policies = byNumber;
    else {
      const { target, burst } = settings.loopDelay;
      this.#watch = new LoopWatch(eventLoop, target, burst, clock.monotonic());
      this.policies = [new EventLoopPolicy(this.#watch, shedding, burst), ...byNumber];
    }
  }

  /** As of now. */
  read(): OverloadState {
    return { concurrency: this.#concurrency?.state, eventLoop: this.#watch?.read(this.#clock.monotonic()) };
  }
}

function limitOf({ maxInFlight, adaptive }: OverloadSettings): ConcurrencyLimit | undefined {
  if (maxInFlight !== undefined) return new FixedLimit(maxInFlight);
  return adaptive && new LearntLimit(new Gradient2(adaptive), adaptive.window);
}
