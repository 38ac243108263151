import { OptionCheck } from "../../options/check.js";
import { type Call, type ExecuteOptions, type Task, UNLIMITED } from "../call.js";
import { execute } from "../execute.js";
import { END, failedAt, type Inner, type Outcome, through } from "../outcome.js";
import type { Policy } from "../policy.js";
import { isRefusal, type RefusedError } from "../refused.js";
import { called, started } from "../settle.js";
import type { BreakerEvents, BreakerListener } from "./events.js";
import type { BreakerFailure } from "./failures.js";
import { Machine } from "./machine.js";
import { BREAKER_OPTION_NAMES, type BreakerOptions, type BreakerSettings, readBreakerOptions } from "./options.js";
import { BreakerPermit } from "./permit.js";
import type { BreakerMetrics, BreakerPorts } from "./ports.js";
import { ratesOf } from "./rates.js";
import type { BreakerStateName } from "./state.js";
import { TimedVerdict } from "./verdict.js";
import { WatchedCall } from "./watched-call.js";

/**
 * Stops calling what fails. Its states are a tagged union; it starts no timer, and one that nobody calls costs nothing: the
 * state advances when it is looked at (M. Nygard, Release It!, 2007, in the terms of resilience4j).
 */
export class CircuitBreaker implements Policy {
  readonly kind = "breaker";
  readonly #machine: Machine;

  /** Breakers are made by `circuitBreaker` and `sop.breaker`. */
  constructor(name: string, settings: BreakerSettings, ports: BreakerPorts) {
    this.#machine = new Machine(name, settings, ports);
  }

  get name(): string {
    return this.#machine.name;
  }

  /** The state as of now. */
  get state(): BreakerStateName {
    return this.#machine.look().kind;
  }

  /**
   * Calls `task`, unless the breaker refuses: then the promise rejects with a `RefusedError` of code `SOP_BREAKER_OPEN` and
   * its `retryAfter` in milliseconds. A function that throws at once counts as one that rejects. A call that its caller gave
   * up is ignored; one that the time of an outer `timeout`, or a request's deadline, has ended is a failure.
   */
  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T> {
    // Asked here too: what all policies share is slower than what only breakers run through.
    return options === undefined ? this.run(task, UNLIMITED) : execute<T, never>(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T> {
    const machine = this.#machine;
    const { shared } = machine;
    if (shared !== undefined && call === UNLIMITED) return called(task, call).then(shared.passed, shared.failed);
    const state = machine.admit();
    if (state === undefined) return started(task, call);
    if (isRefusal(state)) return Promise.reject(state);
    if (call !== UNLIMITED || !machine.isTimed) {
      return through(started(task, call), new WatchedCall(machine, state, call, END)) as Promise<T>;
    }
    return TimedVerdict.take(machine, state).over(task, call);
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    const state = this.#machine.admit();
    if (state === undefined) return inner.start(task, call, outcome);
    if (isRefusal(state)) return failedAt(outcome, state);
    return inner.start(task, call, new WatchedCall(this.#machine, state, call, outcome));
  }

  /** For calls that are no function: a permit that is to be told how the call ended, or the error of the refusal. */
  tryAcquire(): BreakerPermit | RefusedError {
    const state = this.#machine.admit();
    return isRefusal(state) ? state : new BreakerPermit(this.#machine, state);
  }

  /** Refuses all calls until another state is set. */
  forceOpen(): void {
    this.#machine.force("forced_open");
  }

  /** Closes it, with an empty window. */
  close(): void {
    this.#machine.force("closed");
  }

  /** Lets all calls through and counts nothing, until another state is set. */
  disable(): void {
    this.#machine.force("disabled");
  }

  /** Lets all calls through and counts them, and never opens, until another state is set. */
  metricsOnly(): void {
    this.#machine.force("metrics_only");
  }

  /** Closes it and forgets all that was counted. Listeners stay. */
  reset(): void {
    this.#machine.reset();
  }

  /**
   * Goes on with other options, which replace the earlier ones as a whole. State, listeners, failures and what the window
   * holds are kept. Throws `SOP_ERR_OPTION` for options that are wrong, and then nothing has changed.
   */
  reconfigure(options: BreakerOptions): void {
    this.#machine.reconfigure(breakerSettings(options, `breakers.${this.name}`));
  }

  /** What it has counted, as of now. */
  metrics(): BreakerMetrics {
    const { name, ports, settings, tally } = this.#machine;
    const state = this.#machine.look();
    const window = "window" in state ? state.window : undefined;
    const now = ports.clock.monotonic();
    return {
      name,
      state: state.kind,
      ...ratesOf(window, settings, now),
      buffered: window?.calls ?? 0,
      window: { type: settings.windowType, size: settings.windowSize },
      retryAfter: state.kind === "open" ? Math.max(0, state.until - now) : undefined,
      calls: tally.calls,
    };
  }

  /** The last ten failures, the newest first. */
  failures(): readonly BreakerFailure[] {
    return this.#machine.tally.failures;
  }

  /** Listens to an event. Returns a function that stops it. */
  on<E extends keyof BreakerEvents>(event: E, listener: BreakerListener<E>): () => void {
    return this.#machine.tally.listen(event, listener);
  }

  /** Opens it where it is closed: so many others of the fleet have opened theirs. */
  follow(): void {
    this.#machine.follow();
  }
}

/** Checks the options of one breaker. Throws an OptionError that names every problem below `path`. */
export function breakerSettings(options: BreakerOptions, path: string): BreakerSettings {
  const check = new OptionCheck(options, path, BREAKER_OPTION_NAMES);
  const settings = readBreakerOptions(check);
  check.done();
  return settings;
}
