import type { Clock, Observer, Sop, TimerHandle } from "@sop/core";
import { maskText } from "../../../forensics/mask.js";
import type { EventType, FeedEvent } from "../event-types.js";
import { told } from "./told.js";

/** The events of a Sop, for those who listen now or look later. */
export interface EventFeed {
  /** Tells each event from now on. Returns a function that stops it. */
  listen(send: (event: FeedEvent) => void): () => void;
  /** The last notable ones, the oldest first, at most 200; after the one of that id where it is still there. */
  recent(after?: string): readonly FeedEvent[];
  /** Adds an event. */
  tell(type: EventType, data: Readonly<Record<string, unknown>>): void;
  close(): void;
}

const KEPT = 200;
/** Events of a kind that are told one by one in a second. */
const A_SECOND = 20;
const SECOND = 1_000;

/** Makes the feed of a Sop. While nobody listens, requests that are refused or late cost it nothing. */
export function eventFeed(sop: Sop, clock: Clock): EventFeed {
  return new Feed(sop, clock);
}

class Feed implements EventFeed {
  readonly #sop: Sop;
  readonly #clock: Clock;
  readonly #epoch: string;
  readonly #listeners = new Set<(event: FeedEvent) => void>();
  readonly #ring: FeedEvent[] = [];
  readonly #stop: () => void;
  /** Told in the running second, by kind. */
  readonly #told = new Map<EventType, number>();
  /** Counted in the running second: requests by what they met. */
  readonly #counts = new Map<"refused" | "deadline" | "injected", Map<string, number>>();
  #stopCounting: (() => void) | undefined;
  #timer: TimerHandle;
  #isTicking = false;
  #number = 0;

  constructor(sop: Sop, clock: Clock) {
    this.#sop = sop;
    this.#clock = clock;
    this.#epoch = Math.round(clock.now()).toString(36);
    this.#stop = sop.observe(told((type, data) => this.tell(type, data)));
  }

  listen(send: (event: FeedEvent) => void): () => void {
    this.#listeners.add(send);
    this.#stopCounting ??= this.#sop.observe(this.#counting());
    return () => {
      this.#listeners.delete(send);
      if (this.#listeners.size > 0) return;
      this.#stopCounting?.();
      this.#stopCounting = undefined;
      this.#counts.clear();
    };
  }

  recent(after?: string): readonly FeedEvent[] {
    const known = this.#ring.findIndex(({ id }) => id === after);
    return this.#ring.slice(known + 1);
  }

  tell(type: EventType, data: FeedEvent["data"]): void {
    const told = (this.#told.get(type) ?? 0) + 1;
    this.#told.set(type, told);
    this.#tickLater();
    if (told <= A_SECOND) this.#send(type, data);
  }

  close(): void {
    this.#stop();
    this.#stopCounting?.();
    this.#clock.clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #send(type: EventType, data: FeedEvent["data"]): void {
    this.#number++;
    const event: FeedEvent = { id: `${this.#epoch}-${this.#number}`, at: Math.round(this.#clock.now()), type, data };
    this.#ring.push(event);
    if (this.#ring.length > KEPT) this.#ring.shift();
    for (const send of this.#listeners) {
      try {
        send(event);
      } catch {
        // It is what tells of trouble that is to go on.
        this.#listeners.delete(send);
      }
    }
  }

  /** Of requests, which may be many, only numbers are told, once a second. */
  #counting(): Observer {
    return {
      name: "admin: event counts",
      refused: (_context, _reply, policy) => this.#count("refused", policy),
      deadlineExpired: ({ route }) => this.#count("deadline", route),
      faultInjected: (_context, { middleware }) => this.#count("injected", middleware),
    };
  }

  #count(kind: "refused" | "deadline" | "injected", label: string): void {
    const counts = this.#counts.get(kind) ?? new Map<string, number>();
    const key = counts.size < 20 || counts.has(label) ? label : "other";
    counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#counts.set(kind, counts);
    this.#tickLater();
  }

  #tickLater(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#timer = this.#clock.setTimeout(() => this.#tick(), SECOND);
  }

  #tick(): void {
    this.#isTicking = false;
    for (const [kind, counts] of this.#counts) {
      const by = [...counts].map(([label, count]) => ({ by: maskText(label), count }));
      this.#send(kind, { total: by.reduce((sum, { count }) => sum + count, 0), by });
    }
    for (const [type, told] of this.#told) {
      if (told > A_SECOND) this.#send("omitted", { type, count: told - A_SECOND });
    }
    this.#counts.clear();
    this.#told.clear();
  }
}
