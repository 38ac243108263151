import { CONTENT_TYPES, formatOf } from "../../metrics/exposition/scrape.js";
import { metricOf } from "../../metrics/table.js";
import type { Answer } from "../endpoints/endpoint.js";
import type { Scrape } from "../link/messages.js";
import type { Pulse } from "../link/pulse.js";
import type { MainThread } from "./main-thread.js";

// A flood of scrapes costs the main thread as much as four a second do; each waits for numbers that are newer than itself.
const GAP = 250;

const { name: STALLED, help: ABOUT } = metricOf("event_loop_stalled_seconds");
const LINE = new RegExp(`^${STALLED} .*$`, "m");

/** The text of `/metrics`: the main thread's, and while that is blocked its last one, with how long it has been. */
export class Scrapes {
  readonly #main: MainThread;
  readonly #pulse: Pulse;
  readonly #last = new Map<boolean, Scrape>();
  readonly #next = new Map<boolean, Promise<Scrape | undefined>>();
  #free: Promise<void> = Promise.resolve();

  constructor(main: MainThread, pulse: Pulse) {
    this.#main = main;
    this.#pulse = pulse;
  }

  async answer(accept: string | undefined): Promise<Answer> {
    const isOpenMetrics = formatOf(accept) === "openmetrics";
    const scrape = await this.#scrape(isOpenMetrics);
    const known = scrape ?? this.#last.get(isOpenMetrics) ?? { contentType: CONTENT_TYPES.prometheus, text: "" };
    return { status: 200, type: known.contentType, text: this.#withStall(known.text) };
  }

  /** Those who come while one is waiting share the next. */
  #scrape(isOpenMetrics: boolean): Promise<Scrape | undefined> {
    const shared = this.#next.get(isOpenMetrics);
    if (shared) return shared;
    const next = this.#free.then(async () => {
      this.#next.delete(isOpenMetrics);
      this.#free = new Promise((resolve) => setTimeout(resolve, GAP));
      const scrape = await this.#main.scrape(isOpenMetrics);
      if (scrape) this.#last.set(isOpenMetrics, scrape);
      return scrape;
    });
    this.#next.set(isOpenMetrics, next);
    return next;
  }

  #withStall(text: string): string {
    const line = `${STALLED} ${this.#pulse.stalled / 1_000}`;
    return LINE.test(text) ? text.replace(LINE, line) : appended(text, line);
  }
}

/** A registry of the user's own does not have it. */
function appended(text: string, line: string): string {
  const [end = ""] = /# EOF\n?$/.exec(text) ?? [];
  const body = text.slice(0, text.length - end.length);
  const gap = body === "" || body.endsWith("\n") ? "" : "\n";
  return `${body}${gap}# HELP ${STALLED} ${ABOUT}\n# TYPE ${STALLED} gauge\n${line}\n${end}`;
}
