import type { Observer, RequestContext, Sop } from "@sop/core";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { Quantiles } from "./quantiles.js";
import type { MainSource } from "./source.js";

const CLIENT_LEFT = 499;
const TIMEOUTS: readonly number[] = [408, 504];
/** So many requests are looked at five times a second; where there are more, each look is followed by a rest. */
const MANY = 1_000;
/** Milliseconds that a look rests for each request that it looked at. */
const REST = 0.2;

/** The requests that come in. */
export class InboundSource implements MainSource {
  readonly gives = [
    "in_flight_count",
    "in_oldest_ms",
    "in_streaming_count",
    "in_started_count",
    "in_ended_count",
    "in_failed_count",
    "in_timeout_count",
    "in_canceled_count",
  ] as const;
  readonly #open = new Set<RequestContext>();
  /** Those whose deadline passed, until they end. */
  readonly #expired = new Set<RequestContext>();
  readonly #durations = new Quantiles();
  readonly #forget: () => void;
  #started = 0;
  #ended = 0;
  #failed = 0;
  #timedOut = 0;
  #canceled = 0;
  #rests = 0;
  #streaming = 0;
  /** Milliseconds since 1970; `NaN` where none waits for its answer. */
  #oldestAt = Number.NaN;

  constructor(sop: Sop) {
    const observer: Observer = {
      name: "sensors",
      opened: (context) => {
        this.#started++;
        this.#open.add(context);
      },
      deadlineExpired: (context) => void this.#expired.add(context),
      closed: (context, status, duration) => this.#close(context, status, duration),
    };
    this.#forget = sop.observe(observer);
  }

  read(figures: Figures, elapsed: number): void {
    this.#rests -= elapsed;
    if (this.#open.size <= MANY || this.#rests <= 0) this.#look();
    const waiting = Math.max(0, this.#open.size - this.#streaming);
    figures[FIGURE.in_flight_count] = waiting;
    figures[FIGURE.in_oldest_ms] = waiting > 0 ? Math.max(0, Date.now() - this.#oldestAt) || 0 : 0;
    figures[FIGURE.in_streaming_count] = Math.min(this.#streaming, this.#open.size);
    figures[FIGURE.in_started_count] = this.#started;
    figures[FIGURE.in_ended_count] = this.#ended;
    figures[FIGURE.in_failed_count] = this.#failed;
    figures[FIGURE.in_timeout_count] = this.#timedOut;
    figures[FIGURE.in_canceled_count] = this.#canceled;
    figures[FIGURE.in_p50_ms] = this.#durations.at(0.5);
    figures[FIGURE.in_p99_ms] = this.#durations.at(0.99);
    this.#started = 0;
    this.#ended = 0;
    this.#failed = 0;
    this.#timedOut = 0;
    this.#canceled = 0;
    this.#durations.reset();
  }

  stop(): void {
    this.#forget();
    this.#open.clear();
  }

  #close(context: RequestContext, status: number, duration: number): void {
    this.#open.delete(context);
    this.#ended++;
    this.#durations.add(duration);
    if (status >= 500) this.#failed++;
    // Nearly always there is none: to look one up costs as much as all the rest.
    const isExpired = this.#expired.size > 0 && this.#expired.delete(context);
    if (isExpired || TIMEOUTS.includes(status)) this.#timedOut++;
    else if (status === CLIENT_LEFT) this.#canceled++;
  }

  /** Which of them have begun to answer is asked of their responses. The set is in the order in which they came. */
  #look(): void {
    this.#streaming = 0;
    let oldest: RequestContext | undefined;
    for (const context of this.#open) {
      if (hasBegun(context)) this.#streaming++;
      else oldest ??= context;
    }
    this.#oldestAt = oldest?.startedAt ?? Number.NaN;
    this.#rests = this.#open.size * REST;
  }
}

/** Whether the head of the answer is on its way. A context whose framework does not show it has not begun. */
function hasBegun({ exchange }: RequestContext): boolean {
  return (exchange as { readonly headersSent?: unknown } | undefined)?.headersSent === true;
}
