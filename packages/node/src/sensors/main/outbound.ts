import type { Sop } from "@sop/core";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { callGauges, observeCalls } from "../../http/calls.js";
import { Quantiles } from "./quantiles.js";
import type { MainSource } from "./source.js";

/** The calls to other services, of whichever client. */
export class OutboundSource implements MainSource {
  readonly gives = [
    "out_flight_count",
    "out_oldest_ms",
    "out_started_count",
    "out_ended_count",
    "out_failed_count",
    "out_timeout_count",
    "out_refused_count",
    "out_reset_count",
    "out_retry_count",
    "out_unread_count",
    "out_queued_count",
  ] as const;
  readonly #sop: Sop;
  readonly #durations = new Quantiles();
  readonly #forget: () => void;
  #started = 0;
  #ended = 0;
  #failed = 0;
  #timedOut = 0;
  #refused = 0;
  #reset = 0;
  #retried = 0;

  constructor(sop: Sop) {
    this.#sop = sop;
    this.#forget = observeCalls(sop, {
      started: ({ isRetry }) => {
        this.#started++;
        if (isRetry) this.#retried++;
      },
      ended: (_call, status, outcome, milliseconds) => {
        this.#ended++;
        this.#durations.add(milliseconds);
        if (status === 0 || status >= 500) this.#failed++;
        if (outcome === "timeout") this.#timedOut++;
        if (outcome === "refused") this.#refused++;
        if (outcome === "reset") this.#reset++;
      },
      cut: (_call, outcome) => {
        if (outcome === "reset") this.#reset++;
        if (outcome === "timeout") this.#timedOut++;
      },
    });
  }

  get missing(): string | undefined {
    return callGauges(this.#sop) === undefined ? "outgoing calls are not watched" : undefined;
  }

  read(figures: Figures): void {
    const gauges = callGauges(this.#sop);
    if (!gauges) return;
    figures[FIGURE.out_flight_count] = gauges.inFlight;
    figures[FIGURE.out_oldest_ms] = gauges.oldest;
    figures[FIGURE.out_unread_count] = gauges.unread;
    figures[FIGURE.out_queued_count] = gauges.queued;
    figures[FIGURE.out_started_count] = this.#started;
    figures[FIGURE.out_ended_count] = this.#ended;
    figures[FIGURE.out_failed_count] = this.#failed;
    figures[FIGURE.out_timeout_count] = this.#timedOut;
    figures[FIGURE.out_refused_count] = this.#refused;
    figures[FIGURE.out_reset_count] = this.#reset;
    figures[FIGURE.out_retry_count] = this.#retried;
    figures[FIGURE.out_p50_ms] = this.#durations.at(0.5);
    this.#started = 0;
    this.#ended = 0;
    this.#failed = 0;
    this.#timedOut = 0;
    this.#refused = 0;
    this.#reset = 0;
    this.#retried = 0;
    this.#durations.reset();
  }

  stop(): void {
    this.#forget();
  }
}
