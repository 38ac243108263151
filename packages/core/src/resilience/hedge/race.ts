import { SopError } from "../../errors.js";
import type { Clock, TimerHandle } from "../../ports/clock.js";
import type { AbortListener, Call, Task } from "../call.js";
import { discard } from "../discard.js";
import { Scope } from "../scope.js";
import { started } from "../settle.js";

/** What the races of one `hedge` share. */
export interface RaceRules {
  readonly clock: Clock;
  readonly maxHedges: number;
  /** Whether one more attempt may be started. */
  spend(): boolean;
  /** An attempt beside the first one has won. */
  won(): void;
}

/** The attempts at one call: the first success wins, and with the failure of the last one the call fails. */
export class Race<T> implements AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #rules: RaceRules;
  readonly #task: Task<T>;
  readonly #call: Call;
  readonly #delay: number;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #running = new Set<Scope>();
  #started = 0;
  #isOver = false;
  #timer: TimerHandle | undefined = undefined;

  /** `delay`: milliseconds between attempts. */
  constructor(
    rules: RaceRules,
    task: Task<T>,
    call: Call,
    delay: number,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#rules = rules;
    this.#task = task;
    this.#call = call;
    this.#delay = delay;
    this.#resolve = resolve;
    this.#reject = reject;
    call.onAbort(this);
  }

  /** The call was given up: its attempts know, and no more are started. */
  abort(): void {
    this.#stop();
  }

  /** Starts an attempt. */
  start(): void {
    const scope = new Scope(this.#call, this.#call.attempt + this.#started);
    this.#started++;
    this.#running.add(scope);
    this.#arm();
    started(this.#task, scope).then(
      (value) => this.#passed(scope, value),
      (error: unknown) => this.#failed(scope, error),
    );
  }

  #arm(): void {
    const { clock, maxHedges } = this.#rules;
    if (this.#started > maxHedges) return;
    this.#timer = clock.setTimeout(() => this.#hedge(), this.#delay, true);
  }

  #hedge(): void {
    if (this.#rules.clock.monotonic() < this.#call.deadline && this.#rules.spend()) this.start();
  }

  #passed(scope: Scope, value: T): void {
    this.#leave(scope);
    if (this.#isOver) {
      discard(value);
      return;
    }
    this.#end();
    if (scope.attempt > this.#call.attempt) this.#rules.won();
    const slower = new SopError("SOP_CANCELED", "another attempt was faster");
    for (const loser of this.#running) loser.abort(slower);
    this.#resolve(value);
  }

  #failed(scope: Scope, error: unknown): void {
    this.#leave(scope);
    if (this.#isOver || this.#running.size > 0) return;
    this.#end();
    this.#reject(error);
  }

  #leave(scope: Scope): void {
    scope.unlink();
    this.#running.delete(scope);
  }

  #end(): void {
    this.#isOver = true;
    this.#call.offAbort(this);
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#rules.clock.clearTimeout(this.#timer);
  }
}
