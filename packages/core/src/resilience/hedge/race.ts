import { SopError } from "../../errors.js";
import type { Clock, TimerHandle } from "../../ports/clock.js";
import type { AbortListener, Call, Task } from "../call.js";
import { discard } from "../discard.js";
import type { Inner, Outcome } from "../outcome.js";
import { Scope } from "../scope.js";

/** What the races of one `hedge` share. */
export interface RaceRules {
  readonly clock: Clock;
  readonly maxHedges: number;
  /** Whether durations are measured. */
  readonly isMeasured: boolean;
  /** Whether one more attempt may be started. */
  spend(): boolean;
  /** An attempt beside the first one has won. */
  won(): void;
  /** An attempt has ended after `duration` milliseconds, or would have taken longer than that. */
  took(duration: number): void;
}

/** One of the attempts. */
class Runner extends Scope implements Outcome {
  readonly #race: Race;
  readonly #attempt: number;
  /** On the clock's monotonic time; 0 where nobody measures. */
  readonly since: number;

  constructor(race: Race, parent: Call, attempt: number, since: number) {
    super(parent);
    this.#race = race;
    this.#attempt = attempt;
    this.since = since;
  }

  override get attempt(): number {
    return this.#attempt;
  }

  passed(value: unknown): void {
    this.#race.passed(this, value);
  }

  failed(error: unknown): void {
    this.#race.failed(this, error);
  }
}

/** The attempts at one call: the first success wins, and with the failure of the last one the call fails. */
export class Race implements AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #rules: RaceRules;
  readonly #inner: Inner;
  readonly #task: Task<unknown>;
  readonly #call: Call;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #delay: number | undefined;
  readonly #running = new Set<Runner>();
  #made = 0;
  #isOver = false;
  #timer: TimerHandle = undefined;

  /** `delay`: milliseconds between attempts, `undefined` where there is to be but one. */
  constructor(
    rules: RaceRules,
    inner: Inner,
    task: Task<unknown>,
    call: Call,
    delay: number | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#rules = rules;
    this.#inner = inner;
    this.#task = task;
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#delay = delay;
    call.onAbort(this);
  }

  /** Starts an attempt. */
  start(): void {
    const { clock, isMeasured } = this.#rules;
    const runner = new Runner(this, this.#call, this.#call.attempt + this.#made, isMeasured ? clock.monotonic() : 0);
    this.#made++;
    this.#running.add(runner);
    this.#arm();
    void this.#inner.start(this.#task, runner, runner);
  }

  /** The call was given up: its attempts know, and no more are started. */
  abort(): void {
    this.#rules.clock.clearTimeout(this.#timer);
  }

  passed(runner: Runner, value: unknown): void {
    this.#leave(runner);
    if (this.#isOver) {
      discard(value);
      return;
    }
    this.#took(runner);
    this.#end();
    if (runner.attempt > this.#call.attempt) this.#rules.won();
    for (const loser of this.#running) this.#lose(loser);
    this.#resolve(value);
  }

  failed(runner: Runner, error: unknown): void {
    this.#leave(runner);
    if (this.#isOver || this.#running.size > 0) return;
    this.#end();
    this.#reject(error);
  }

  #arm(): void {
    const { clock, maxHedges } = this.#rules;
    if (this.#delay === undefined || this.#made > maxHedges || this.#call.aborted) return;
    this.#timer = clock.setTimeout(() => this.#hedge(), this.#delay, true);
  }

  #hedge(): void {
    if (this.#rules.clock.monotonic() < this.#call.deadline && this.#rules.spend()) this.start();
  }

  #lose(loser: Runner): void {
    // It would have taken longer still: without it the slowest calls would never be measured.
    this.#took(loser);
    loser.abort(new SopError("SOP_CANCELED", "another attempt was faster"));
  }

  #took(runner: Runner): void {
    if (this.#rules.isMeasured) this.#rules.took(this.#rules.clock.monotonic() - runner.since);
  }

  #leave(runner: Runner): void {
    runner.unlink();
    this.#running.delete(runner);
  }

  #end(): void {
    this.#isOver = true;
    this.#call.offAbort(this);
    this.#rules.clock.clearTimeout(this.#timer);
  }
}
