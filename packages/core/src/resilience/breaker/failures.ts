import { loggable } from "../../request/panic.js";

/** One of the last failures of a breaker. */
export interface BreakerFailure {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The trace of the request that made the call, where there was one. */
  readonly traceId: string | undefined;
  readonly type: string;
  readonly message: string;
  /** Empty for what is no error. */
  readonly stack: string;
}

interface Kept {
  readonly at: number;
  readonly error: unknown;
  readonly traceId: string | undefined;
}

const MOST = 10;

/** The last ten failures. They are described when somebody asks: to read a stack costs more than the call. */
export class FailureLog {
  readonly #kept: Kept[] = [];
  #next = 0;

  add(at: number, error: unknown, traceId: string | undefined): void {
    this.#kept[this.#next] = { at, error, traceId };
    this.#next = (this.#next + 1) % MOST;
  }

  /** The newest first. */
  read(): BreakerFailure[] {
    const oldestFirst = [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)];
    return oldestFirst.reverse().map(({ at, error, traceId }) => ({ at, traceId, ...loggable(error) }));
  }
}
