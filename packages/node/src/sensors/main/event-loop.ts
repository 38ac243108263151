import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { Quantiles } from "./quantiles.js";
import type { MainSource } from "./source.js";

/** Milliseconds between two looks of the native histogram, which are no delay. */
const RESOLUTION = 10;
/** Milliseconds of work within an interval from which on the loop is looked at more closely. */
const BUSY = 20;
/** For so long it then is; milliseconds. */
const CLOSELY = 5_000;
/** A window that is older ends when it is next read; milliseconds. */
const WINDOW = 15_000;

/**
 * How busy the event loop was, and how late. What Node has for the delay wakes an idle process a hundred times a second, which costs more
 * than all other sensors together: so it runs only while the loop has work to do, when it costs next to nothing. In a loop that has none,
 * a delay can only be the lateness of the sensors' own timer.
 */
export class EventLoopSource implements MainSource {
  readonly gives = ["elu_ratio", "loop_delay_p99_ms", "loop_delay_max_ms"] as const;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #isClosely = false;
  #closelyFor = 0;
  #latest = 0;
  #window = new Quantiles();
  #before = new Quantiles();
  #age = 0;

  /** The sensors' timer was late by so many milliseconds. */
  late(milliseconds: number): void {
    if (milliseconds > this.#latest) this.#latest = milliseconds;
  }

  read(figures: Figures, elapsed: number): void {
    const now = performance.eventLoopUtilization();
    const active = now.active - this.#utilization.active;
    const idle = now.idle - this.#utilization.idle;
    this.#utilization = now;
    figures[FIGURE.elu_ratio] = active + idle > 0 ? Math.min(1, Math.max(0, active / (active + idle))) : 0;
    this.#turn(elapsed);
    this.#delays(figures, elapsed);
    this.#latest = 0;
    // A loop that was late without work was kept from the processor: to look at it closely says no more.
    if (active >= BUSY) this.#lookClosely();
    else if (this.#isClosely) this.#lookAway(elapsed);
  }

  /** By quantile, how late the loop was in the running window of 15 s and the one before, in milliseconds. */
  delay(q: number): number {
    return Math.max(0, this.#window.at(q) || 0, this.#before.at(q) || 0);
  }

  stop(): void {
    this.#histogram.disable();
    this.#isClosely = false;
  }

  #delays(figures: Figures, elapsed: number): void {
    const histogram = this.#histogram;
    const count = this.#isClosely ? histogram.count : 0;
    const delayOf = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    const max = Math.max(this.#latest, count > 0 ? delayOf(histogram.max) : 0);
    const p99 = count > 0 ? Math.max(delayOf(histogram.percentile(99)), this.#latest) : max;
    if (count > 0) {
      this.#window.add(delayOf(histogram.percentile(50)), count / 2);
      this.#window.add(delayOf(histogram.percentile(90)), count * 0.4);
      this.#window.add(p99, count * 0.09);
      this.#window.add(max, count * 0.01);
      histogram.reset();
    } else {
      // As many as there would have been.
      this.#window.add(0, elapsed / RESOLUTION);
      if (max >= 1) this.#window.add(max);
    }
    figures[FIGURE.loop_delay_p99_ms] = p99;
    figures[FIGURE.loop_delay_max_ms] = max;
  }

  #lookClosely(): void {
    this.#closelyFor = CLOSELY;
    if (this.#isClosely) return;
    this.#isClosely = true;
    this.#histogram.reset();
    this.#histogram.enable();
  }

  #lookAway(elapsed: number): void {
    this.#closelyFor -= elapsed;
    if (this.#closelyFor <= 0) this.stop();
  }

  #turn(elapsed: number): void {
    this.#age += elapsed;
    if (this.#age < WINDOW) return;
    this.#age = 0;
    const spare = this.#before;
    spare.reset();
    this.#before = this.#window;
    this.#window = spare;
  }
}
