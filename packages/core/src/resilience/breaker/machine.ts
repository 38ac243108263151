import { coarseTime } from "../../ports/clock.js";
import { type RefusedError, refused } from "../refused.js";
import type { BreakerCause, BreakerEvent } from "./events.js";
import type { BreakerSettings } from "./options.js";
import type { BreakerPorts } from "./ports.js";
import { excessOf, ratesOf, windowOf } from "./rates.js";
import {
  type Closed,
  type Counting,
  closed,
  decide,
  type HalfOpen,
  halfOpen,
  isDue,
  type MetricsOnly,
  note,
  REFUSALS,
  rampOf,
  type State,
} from "./state.js";
import { Tally } from "./tally.js";
import { SharedVerdict, type TimedVerdict } from "./verdict.js";
import { IGNORED, waitOf, weighError, weighValue } from "./weigh.js";

/** What a refusal suggests where a probe decides, or only somebody's word. Milliseconds. */
const SOON = 1_000;

/** The states of one breaker, and what moves it from one to the next. It knows of no promise and starts no timer. */
export class Machine {
  readonly name: string;
  readonly ports: BreakerPorts;
  readonly tally: Tally;
  /** Verdicts whose calls have ended. */
  free: TimedVerdict | undefined = undefined;
  #settings: BreakerSettings;
  #state: State;
  #shared: SharedVerdict | undefined = undefined;

  constructor(name: string, settings: BreakerSettings, ports: BreakerPorts) {
    this.name = name;
    this.ports = ports;
    this.tally = new Tally(ports);
    this.#settings = settings;
    this.#state = closed(settings);
  }

  get settings(): BreakerSettings {
    return this.#settings;
  }

  /** What counts the ends of calls while it is closed, all are let through and no duration is measured; `undefined` otherwise. */
  get shared(): SharedVerdict | undefined {
    return this.#shared;
  }

  /** Whether durations are measured. */
  get isTimed(): boolean {
    return this.#settings.slowAfter < Number.POSITIVE_INFINITY;
  }

  /** The state as of now: one whose time is over has moved on. */
  look(): State {
    const state = this.#state;
    if (state.kind === "closed") {
      if (state.ramp !== undefined && this.#now() >= state.ramp.until) state.ramp = undefined;
      if (state.ramp === undefined && !this.isTimed) this.#shared ??= new SharedVerdict(this, state);
    } else if (state.kind === "open") {
      if (this.#now() >= state.until) this.#move(halfOpen(this.#settings, this.#now(), state.openings), "wait_over");
    } else if (state.kind === "half_open") {
      if (this.#now() >= state.until) this.#open(state.openings + 1, "probes_timed_out");
    }
    return this.#state;
  }

  /** The state that a call counts for, the error of its refusal, or `undefined` where it goes through and is not counted. */
  admit(): Counting | RefusedError | undefined {
    const state = this.look();
    switch (state.kind) {
      case "disabled":
        return undefined;
      case "metrics_only":
        return state;
      case "closed":
        return state.ramp === undefined || isDue(state.ramp, this.#now()) ? state : this.#refuse(SOON);
      case "half_open":
        if (state.permits === 0) return this.#refuse(Math.min(SOON, state.until - this.#now()));
        state.permits--;
        return state;
      case "open":
        return this.#refuse(state.until - this.#now());
      case "forced_open":
        return this.#refuse(SOON);
    }
  }

  /** A call of `state` gave `value`. `duration`: milliseconds, `undefined` where it is not measured. */
  passed(state: Counting, value: unknown, duration: number | undefined): void {
    this.#count(state, weighValue(this.#settings, value, this.ports.report), undefined, duration);
  }

  /** A call of `state` failed. */
  failed(state: Counting, error: unknown, duration: number | undefined): void {
    const weight = weighError(this.#settings, error, this.ports.report);
    if (weight === IGNORED) this.ignored(state, error, duration);
    else this.#count(state, weight, error, duration);
  }

  /** A call of `state` ended in a way that says nothing of what was called. */
  ignored(state: Counting, error: unknown, duration: number | undefined): void {
    this.tally.ignored++;
    if (state.kind === "half_open") state.permits++;
    if (this.tally.isHeard) this.tally.tell("ignored_error", { ...this.#event(), error, duration });
  }

  /** Moves to a state by somebody's word. */
  force(kind: "closed" | "forced_open" | "disabled" | "metrics_only", cause: BreakerCause = "manual"): void {
    if (kind === "closed") this.#move(closed(this.#settings), cause);
    else if (kind === "metrics_only") this.#move({ kind, window: windowOf(this.#settings) }, cause);
    else this.#move({ kind }, cause);
  }

  /** Opens a closed breaker because others have opened theirs. */
  follow(): void {
    if (this.#state.kind === "closed") this.#open((this.#state.ramp?.openings ?? 0) + 1, "fleet");
  }

  reset(): void {
    this.tally.clear();
    if (this.#state.kind === "closed") this.#become(closed(this.#settings));
    else this.force("closed");
    this.tally.tell("reset", this.#event());
  }

  /** Goes on with other settings: what the window holds is poured into the new one. */
  reconfigure(settings: BreakerSettings): void {
    const state = this.#state;
    this.#settings = settings;
    this.#become(state);
    if (state.kind === "open") state.until = state.since + this.#wait(state.openings, state.chance);
    if (state.kind !== "closed" && state.kind !== "metrics_only") return;
    const window = windowOf(settings);
    state.window.pour(window, this.#now());
    this.#become({ ...state, window });
  }

  #count(state: Counting, weight: number, error: unknown, duration: number | undefined): void {
    const { tally } = this;
    const isSlow = duration !== undefined && duration >= this.#settings.slowAfter;
    if (weight === 0) tally.successful++;
    else {
      tally.failed++;
      tally.keep(error);
    }
    note(state, weight, isSlow, this.#settings.windowType === "time" ? coarseTime(this.ports.clock) : 0);
    if (tally.isHeard) {
      if (weight === 0) tally.tell("success", { ...this.#event(), duration });
      else tally.tell("error", { ...this.#event(), error, duration });
    }
    // A call that was let through before the state changed says nothing of the new one.
    if (state !== this.#state) return;
    if (state.kind === "half_open") this.#judgeProbes(state);
    else if (weight !== 0 || isSlow) this.#judge(state);
  }

  #judge(state: Closed | MetricsOnly): void {
    const excess = excessOf(state.window, this.#settings);
    if (excess !== undefined) this.tally.tell(`${excess}_exceeded`, this.#event());
    if (state.kind !== "closed" || state !== this.#state) return;
    const cause = excess ?? (state.streak >= this.#settings.consecutive ? "consecutive_failures" : undefined);
    if (cause !== undefined) this.#open((state.ramp?.openings ?? 0) + 1, cause);
  }

  #judgeProbes(state: HalfOpen): void {
    const verdict = decide(state, this.#settings.probeFailureRate, this.#settings.slowRate);
    if (verdict === false) this.#open(state.openings + 1, "probes_failed");
    if (verdict !== true) return;
    this.#move(closed(this.#settings, rampOf(this.#settings, this.#now(), state.openings)), "probes_passed");
  }

  #open(openings: number, cause: BreakerCause): void {
    const since = this.#now();
    const chance = this.ports.random();
    this.#move({ kind: "open", since, until: since + this.#wait(openings, chance), openings, chance }, cause);
  }

  #move(next: State, cause: BreakerCause): void {
    const before = this.#event();
    this.#become(next);
    if (before.state === next.kind) return;
    const retryAfter = next.kind === "open" ? next.until - next.since : undefined;
    const change = { ...before, state: next.kind, previous: before.state, cause, retryAfter };
    this.tally.tell("state_transition", change);
    this.ports.changed(change);
  }

  #become(state: State): void {
    this.#state = state;
    this.#shared = undefined;
  }

  #refuse(retryAfter: number): RefusedError {
    const { name, tally } = this;
    tally.refused++;
    const wait = Math.max(0, retryAfter);
    if (tally.isHeard) tally.tell("not_permitted", { ...this.#event(), retryAfter: wait });
    return refused("SOP_BREAKER_OPEN", name, REFUSALS[this.#state.kind], wait, this.#settings.refusalStack);
  }

  #event(): BreakerEvent {
    const { name, settings, ports } = this;
    const state = this.#state;
    const rates = ratesOf("window" in state ? state.window : undefined, settings, this.#now());
    return { breaker: name, at: ports.clock.now(), state: state.kind, ...rates };
  }

  #wait(openings: number, chance: number): number {
    return waitOf(this.#settings, openings, chance, this.ports.report);
  }

  #now(): number {
    return this.ports.clock.monotonic();
  }
}
