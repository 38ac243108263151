import type { RecordedWindow, Signal } from "@sop/core";
import { detect, diagnose } from "@sop/core/diagnosis";
import { lastWords } from "../beat.js";
import { Persistence } from "../incidents/persistence.js";
import { type Act, CALM, isNews, type News, step, type Watch } from "../incidents/watch.js";
import type { WorkerParts } from "./parts.js";
import { mayOpen } from "./refused.js";
import { Attention, signsIn } from "./signs.js";
import { flownWindow, sampledWindow } from "./window.js";

/** How long the main thread may take to tell what it knows; then it goes without. */
const PATIENCE = 1_000;
/** The main thread says that an incident is open within this time, or not at all. */
const UNTIL_TOLD = 5_000;
/** What the main thread has told is believed for so long. */
const BELIEVED = 6_000;

/** Looks at the samples once a second, and has incidents opened, kept open and diagnosed again. */
export class SignalWatch {
  readonly #parts: WorkerParts;
  readonly #attention = new Attention();
  readonly #persistence = new Persistence();
  #watch: Watch = CALM;
  #open: string | undefined;
  #openedAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds since 1970: what was before the first request is of no service. */
  #since = Date.now();
  /** What the parts of the main thread know. */
  #told: { readonly window: Partial<RecordedWindow>; readonly until: number } = { window: {}, until: 0 };
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  /** The open incident, as the main thread says. */
  incident(id: string | undefined): void {
    this.#open = id;
    if (id === undefined) this.#openedAt = Number.NEGATIVE_INFINITY;
  }

  /** What the main thread knows, as it was asked. */
  told(id: number, window: Partial<RecordedWindow>): void {
    this.#believe(window);
    if (id === this.#asked) this.#answered();
  }

  /** The main thread has seen what no sample shows. */
  suspect(window: Partial<RecordedWindow>): void {
    this.#believe(window);
    this.#looked(detect(this.#closely(this.#sampled())));
  }

  /** To be called once a second. */
  look(): void {
    const { box, now } = this.#parts;
    const { state, opened } = lastWords(box);
    if (opened === 0) this.#since = Date.now();
    // A service that got no request yet is starting; one that leaves has signals of its own.
    if (state !== "serving" || opened === 0) {
      this.#looked([]);
      return;
    }
    const sampled = this.#sampled();
    const isWatched = isNews(this.#watch) || now() < this.#told.until;
    const isDue = this.#attention.isDue(signsIn(sampled.samples ?? [], Date.now()), now());
    if (isDue && this.#watch.kind !== "asked") this.#ask();
    this.#looked(detect(isWatched || isDue ? this.#closely(sampled) : sampled));
  }

  #sampled(): RecordedWindow {
    return sampledWindow(this.#parts, this.#since);
  }

  /** With routes and calls, and what the main thread told. */
  #closely(sampled: RecordedWindow): RecordedWindow {
    const { window, until } = this.#told;
    const told = this.#parts.now() < until ? window : {};
    return { ...sampled, ...flownWindow(this.#parts.box, Date.now()), ...told };
  }

  #believe(window: Partial<RecordedWindow>): void {
    this.#told = { window, until: this.#parts.now() + BELIEVED };
  }

  /** What is only suspected is looked into, and is no reason to keep an incident open. */
  #looked(seen: readonly Signal[]): void {
    const now = this.#parts.now();
    const isOpen = this.#isOpen();
    const found = isOpen ? seen.filter(({ verdict }) => verdict !== "suspected") : seen;
    const signals = this.#persistence
      .lasting(found, now)
      .map(({ name, at, verdict }) => ({ name, at, isSuspected: verdict === "suspected" }));
    this.#take({ kind: "looked", now, signals, isOpen });
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
        this.#ask();
        this.#timer = setTimeout(() => this.#answered(), PATIENCE);
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

  #ask(): void {
    this.#parts.send({ kind: "ask", id: ++this.#asked });
  }

  /** The main thread has told what it knows, or does not answer. */
  #answered(): void {
    if (this.#watch.kind !== "asked") return;
    clearTimeout(this.#timer);
    const { root_cause } = diagnose(this.#closely(this.#sampled()));
    this.#take({ kind: "diagnosed", now: this.#parts.now(), isHarm: root_cause !== "none" });
  }
}
