import type { Answer, Asked } from "../endpoints/endpoint.js";
import type { MainPartName, Parts } from "../endpoints/parts.js";
import { RENEWED } from "../endpoints/parts.js";
import { claim, type Question, type Scrape, type ToMain, type ToWorker } from "../link/messages.js";

/** How long is waited, in milliseconds. */
export interface Patience {
  /** For parts. */
  readonly parts: number;
  /** For the main thread to begin with a command. */
  readonly claim: number;
  /** For a command that was begun. */
  readonly command: number;
  readonly scrape: number;
  /** Between two sets of questions, so that a flood of reads costs the main thread next to nothing. */
  readonly gap: number;
}

// What was asked for by name would be another's.
const LASTING: ReadonlySet<string> = new Set(RENEWED);

export const PATIENCE: Patience = { parts: 300, claim: 1_000, command: 60_000, scrape: 1_000, gap: 20 };

/** What became of a command. */
export type Ran =
  | { readonly is: "done"; readonly answer: Answer }
  | { readonly is: "blocked" | "unfinished" | "failed" };

interface Waiting {
  settle(message: ToWorker | undefined): void;
  readonly timer: NodeJS.Timeout;
}

/** The main thread as the worker sees it: it answers, or it does not, and is never waited for without an end. */
export class MainThread {
  readonly #send: (message: ToMain) => void;
  readonly #patience: Patience;
  readonly #waiting = new Map<number, Waiting>();
  readonly #known = new Map<MainPartName, { value: unknown; asOf: number }>();
  #queue: Question[] = [];
  #isGap = false;
  #ids = 0;

  constructor(send: (message: ToMain) => void, patience: Patience = PATIENCE) {
    this.#send = send;
    this.#patience = patience;
  }

  /** What came from it in answer to something. */
  receive(message: ToWorker & { readonly id: number }): void {
    this.#waiting.get(message.id)?.settle(message);
  }

  /** Fresh parts, or the last known ones where it does not answer in time. */
  async parts(names: readonly MainPartName[], asked?: Asked): Promise<Parts> {
    if (names.length === 0) return { asOf: Date.now(), isLive: true } as Parts;
    const id = ++this.#ids;
    const answered = this.#wait(id, this.#patience.parts);
    this.#ask({ id, parts: names, asked });
    const message = await answered;
    if (message?.kind === "parts") {
      const asOf = message.parts.asOf ?? Date.now();
      for (const name of names) if (LASTING.has(name)) this.#known.set(name, { value: message.parts[name], asOf });
      return { ...message.parts, asOf, isLive: true } as Parts;
    }
    return this.#lastKnown(names);
  }

  /** Has the main thread run a command, or nobody: one that was given up is not run later. `patience`: for one that was begun, in milliseconds. */
  async run(operation: string, asked: Asked, patience: number = this.#patience.command): Promise<Ran> {
    const id = ++this.#ids;
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const answered = this.#wait(id, this.#patience.claim + patience);
    const late = setTimeout(() => {
      if (claim(cell, "givenUp")) this.#waiting.get(id)?.settle(undefined);
    }, this.#patience.claim);
    this.#send({ kind: "run", id, operation, asked, claim: cell });
    const message = await answered;
    clearTimeout(late);
    if (message?.kind === "ran") return { is: "done", answer: message.answer };
    if (message !== undefined) return { is: "failed" };
    return { is: Atomics.load(cell, 0) === 2 ? "blocked" : "unfinished" };
  }

  /** The text of `/metrics`; `undefined` where it does not answer in time. */
  async scrape(isOpenMetrics: boolean): Promise<Scrape | undefined> {
    const id = ++this.#ids;
    const answered = this.#wait(id, this.#patience.scrape);
    this.#send({ kind: "scrape", id, isOpenMetrics });
    const message = await answered;
    return message?.kind === "scraped" ? message.scrape : undefined;
  }

  #wait(id: number, limit: number): Promise<ToWorker | undefined> {
    return new Promise((resolve) => {
      const settle = (message: ToWorker | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(message);
      };
      const timer = setTimeout(() => settle(undefined), limit);
      this.#waiting.set(id, { settle, timer });
    });
  }

  #ask(question: Question): void {
    this.#queue.push(question);
    if (!this.#isGap) this.#flush();
  }

  #flush(): void {
    // Who gave up in the meantime needs no answer any more.
    const questions = this.#queue.filter(({ id }) => this.#waiting.has(id));
    this.#queue = [];
    if (questions.length === 0) return;
    this.#send({ kind: "ask", questions });
    this.#isGap = true;
    setTimeout(() => {
      this.#isGap = false;
      this.#flush();
    }, this.#patience.gap);
  }

  #lastKnown(names: readonly MainPartName[]): Parts {
    const parts: Record<string, unknown> = {};
    let asOf = Date.now();
    for (const name of names) {
      const known = this.#known.get(name);
      if (known === undefined) continue;
      parts[name] = known.value;
      asOf = Math.min(asOf, known.asOf);
    }
    return { ...parts, asOf, isLive: false } as Parts;
  }
}
