import { CONTENT_TYPES, formatOf } from "../../metrics/exposition/scrape.js";
import type { Answer } from "../endpoints/endpoint.js";
import type { Scrape } from "../link/messages.js";
import type { Pulse } from "../link/pulse.js";
import type { MainThread } from "./main-thread.js";

// A flood of scrapes costs the main thread as much as four a second do; each waits for numbers that are newer than itself.
const GAP = 250;

const STALLED = "event_loop_stalled_seconds";
const ABOUT = "How long the main thread has not turned; 0 while it does.";

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
    const [end = ""] = /# EOF\n?$/.exec(text) ?? [];
    const body = text.slice(0, text.length - end.length);
    const line = body === "" || body.endsWith("\n") ? "" : "\n";
    const gauge = `# HELP ${STALLED} ${ABOUT}\n# TYPE ${STALLED} gauge\n${STALLED} ${this.#pulse.stalled / 1_000}\n`;
    return `${body}${line}${gauge}${end}`;
  }
}
