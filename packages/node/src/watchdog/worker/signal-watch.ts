import { detect, diagnose, type RecordedWindow } from "@sop/core";
import { lastWords } from "../beat.js";
import { type Act, CALM, type News, step, type Watch } from "../incidents/watch.js";
import type { WorkerParts } from "./parts.js";
import { mayOpen } from "./refused.js";
import { ownWindow } from "./window.js";

/** How long the main thread may take to tell what it knows; then it goes without. */
const PATIENCE = 1_000;
/** The main thread says that an incident is open within this time, or not at all. */
const UNTIL_TOLD = 5_000;
/** What the main thread has seen is held against it for so long. */
const SUSPICION = 5_000;

/** Looks at the samples once a second, and has incidents opened, kept open and diagnosed again. */
export class SignalWatch {
  readonly #parts: WorkerParts;
  #watch: Watch = CALM;
  #open: string | undefined;
  #openedAt = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds since 1970: what was before the first request is of no service. */
  #since = Date.now();
  #suspicion: { readonly window: Partial<RecordedWindow>; readonly until: number } = { window: {}, until: 0 };

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  /** The open incident, as the main thread says. */
  incident(id: string | undefined): void {
    this.#open = id;
    if (id === undefined) this.#openedAt = Number.NEGATIVE_INFINITY;
  }

  /** What the main thread knows. */
  told(id: number, window: Partial<RecordedWindow>): void {
    if (id === this.#asked) this.#diagnose(window);
  }

  /** The main thread has seen what no sample shows. */
  suspect(window: Partial<RecordedWindow>): void {
    this.#suspicion = { window, until: this.#parts.now() + SUSPICION };
    this.look();
  }

  /** To be called once a second. */
  look(): void {
    const { box, now } = this.#parts;
    const { state, opened } = lastWords(box);
    if (opened === 0) this.#since = Date.now();
    // A service that got no request yet is starting; one that leaves has signals of its own.
    const isServing = state === "serving" && opened > 0;
    const signals = isServing ? detect(this.#window()) : [];
    this.#take({ kind: "looked", now: now(), signals, isOpen: this.#isOpen() });
  }

  #window(): RecordedWindow {
    const own = ownWindow(this.#parts, this.#since);
    const { window, until } = this.#suspicion;
    return this.#parts.now() < until ? { ...window, ...own } : own;
  }

  #isOpen(): boolean {
    return this.#open !== undefined || this.#parts.now() - this.#openedAt < UNTIL_TOLD;
  }

  #take(news: News): void {
    const [watch, acts] = step(this.#watch, news);
    this.#watch = watch;
    for (const act of acts) this.#act(act);
  }

  #act(act: Act): void {
    const { send, now } = this.#parts;
    switch (act.kind) {
      case "diagnose":
        send({ kind: "ask", id: ++this.#asked });
        this.#timer = setTimeout(() => this.#diagnose({}), PATIENCE);
        return;
      case "open":
        if (!this.#isOpen() && !mayOpen(this.#parts)) {
          this.#take({ kind: "refused", now: now() });
          return;
        }
        this.#openedAt = now();
        send(act);
        return;
      case "stay":
        send(act);
    }
  }

  #diagnose(told: Partial<RecordedWindow>): void {
    clearTimeout(this.#timer);
    this.#asked++;
    const own = this.#window();
    // The samples are those of here: the newest, and none from before the first request.
    const window = { ...own, ...told, samples: own.samples };
    this.#take({ kind: "diagnosed", now: this.#parts.now(), isHarm: diagnose(window).root_cause !== "none" });
  }
}
