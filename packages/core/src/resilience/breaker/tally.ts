import type { BreakerEvents, BreakerListener } from "./events.js";
import { type BreakerFailure, FailureLog } from "./failures.js";
import { BreakerListeners } from "./listeners.js";
import type { BreakerCalls, BreakerPorts } from "./ports.js";

/** What a breaker remembers whatever its state is: how often it was called, its last failures, and who listens. */
export class Tally {
  readonly #ports: BreakerPorts;
  #listeners: BreakerListeners | undefined;
  #failures: FailureLog | undefined;
  successful = 0;
  failed = 0;
  ignored = 0;
  refused = 0;

  constructor(ports: BreakerPorts) {
    this.#ports = ports;
  }

  listen<E extends keyof BreakerEvents>(name: E, listener: BreakerListener<E>): () => void {
    this.#listeners ??= new BreakerListeners(this.#ports.report);
    return this.#listeners.add(name, listener);
  }

  tell<E extends keyof BreakerEvents>(name: E, event: BreakerEvents[E]): void {
    this.#listeners?.tell(name, event);
  }

  /** Whether anybody listens to anything: no event is made for nobody. */
  get isHeard(): boolean {
    return this.#listeners !== undefined;
  }

  /** Keeps a failure as one of the last ten. */
  keep(error: unknown): void {
    this.#failures ??= new FailureLog();
    this.#failures.add(this.#ports.clock.now(), error, this.#ports.traceId());
  }

  get failures(): BreakerFailure[] {
    return this.#failures?.read() ?? [];
  }

  get calls(): BreakerCalls {
    const { successful, failed, ignored, refused } = this;
    return { successful, failed, ignored, not_permitted: refused };
  }

  /** Forgets all but who listens. */
  clear(): void {
    this.successful = this.failed = this.ignored = this.refused = 0;
    this.#failures = undefined;
  }
}
