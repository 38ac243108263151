import type { AuditRecord } from "../audit.js";
import { CODES } from "../codes.js";
import type { Desk } from "../endpoints/desk/desk.js";
import { readParts } from "../endpoints/desk/readers.js";
import type { Answer, Asked } from "../endpoints/endpoint.js";
import type { FeedEvent } from "../endpoints/event-types.js";
import { claim, type Scrape, type ToMain, type ToWorker } from "./messages.js";

/** Runs an operation in the main thread. */
export type Command = (desk: Desk, asked: Asked) => Answer | Promise<Answer>;

/** What the main thread's side of the link is made of. */
export interface DeskLinkParts {
  readonly desk: Desk;
  readonly commands: Readonly<Record<string, Command>>;
  scrape(isOpenMetrics: boolean): Promise<Scrape>;
  send(message: ToWorker): void;
  audit(record: AuditRecord): void;
}

/** Events are sent together, so that a burst of them is one message. */
const TOGETHER = 50;

/** The main thread's side: answers what the worker asks, and only then does anything at all. */
export class DeskLink {
  readonly #parts: DeskLinkParts;
  #stopListening: (() => void) | undefined;
  #pending: FeedEvent[] = [];

  constructor(parts: DeskLinkParts) {
    this.#parts = parts;
  }

  /** Takes a message of the worker; `false` where it is not of this kind. */
  receive(message: ToMain): boolean {
    const { desk, send } = this.#parts;
    switch (message.kind) {
      case "ask":
        for (const { id, parts, asked } of message.questions) {
          this.#reply(id, "admin: parts could not be read", () => {
            return send({ kind: "parts", id, parts: readParts(parts, desk, asked) });
          });
        }
        return true;
      case "run":
        void this.#run(message);
        return true;
      case "scrape":
        void this.#scrape(message.id, message.isOpenMetrics);
        return true;
      case "follow":
        this.stop();
        if (message.isOn) this.#follow(message.after);
        return true;
      default:
        return false;
    }
  }

  /** Tells what there is to tell, and that it was all. */
  end(): void {
    this.#sendPending();
    this.#parts.send({ kind: "end" });
  }

  /** No longer tells of events. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#pending = [];
  }

  async #run({ id, operation, asked, claim: cell }: ToMain & { readonly kind: "run" }): Promise<void> {
    // Its caller was told by now that nothing was done.
    if (!claim(cell, "running")) return;
    const { desk, commands, send, audit } = this.#parts;
    const { caller, params } = asked;
    const { identity, address } = caller;
    const record = { operation, target: params, identity, address };
    try {
      const answer = await (commands[operation] as Command)(desk, asked);
      const status = "problem" in answer ? CODES[answer.problem.code].status : answer.status;
      audit({ at: Date.now(), outcome: status >= 400 ? "refused" : "done", status, ...record });
      send({ kind: "ran", id, answer });
    } catch (error) {
      audit({ at: Date.now(), outcome: "failed", status: 503, ...record });
      this.#failed(id, `admin: ${operation} failed`, error);
    }
  }

  async #scrape(id: number, isOpenMetrics: boolean): Promise<void> {
    try {
      this.#parts.send({ kind: "scraped", id, scrape: await this.#parts.scrape(isOpenMetrics) });
    } catch (error) {
      this.#failed(id, "admin: the metrics could not be read", error);
    }
  }

  #follow(after: string | undefined): void {
    const { desk, send } = this.#parts;
    send({ kind: "events", events: desk.events.recent(after), isBacklog: true });
    this.#stopListening = desk.events.listen((event) => {
      this.#pending.push(event);
      if (this.#pending.length === 1) setTimeout(() => this.#sendPending(), TOGETHER).unref();
    });
  }

  #sendPending(): void {
    const events = this.#pending;
    this.#pending = [];
    if (events.length > 0) this.#parts.send({ kind: "events", events, isBacklog: false });
  }

  #reply(id: number, what: string, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#failed(id, what, error);
    }
  }

  #failed(id: number, what: string, error: unknown): void {
    this.#parts.desk.sop.log.error({ err: error }, what);
    this.#parts.send({ kind: "failed", id });
  }
}
