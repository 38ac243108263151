import type { Clock, FaultInjector, Sop, TimerHandle } from "@sop/core";
import type { OverrideRow } from "../parts.js";
import type { EventFeed } from "./event-feed.js";

interface Override {
  readonly row: OverrideRow;
  readonly injectors: readonly FaultInjector[];
  readonly before: readonly FaultInjector[];
  readonly timer: TimerHandle;
}

/**
 * The faults that an operator has put in the place of those in force, until they expire. What others put there meanwhile, such as a new
 * `troubleshoot.yaml`, ends it: then there is nothing to be given back.
 */
export class FaultOverride {
  readonly #sop: Sop;
  readonly #clock: Clock;
  readonly #events: EventFeed;
  #held: Override | undefined;

  constructor(sop: Sop, clock: Clock, events: EventFeed) {
    this.#sop = sop;
    this.#clock = clock;
    this.#events = events;
  }

  get current(): OverrideRow | undefined {
    return this.#current?.row;
  }

  /** Injects these for `ms` milliseconds. Throws `SOP_ERR_OPTION` for what is wrong, and then nothing has changed. */
  put(injectors: readonly FaultInjector[], ms: number, by: string): OverrideRow {
    const { faults } = this.#sop;
    const known = this.#current;
    const before = known ? known.before : (faults?.injectors ?? []);
    faults?.replace(injectors);
    this.#clock.clearTimeout(this.#held?.timer);
    const since = Math.round(this.#clock.now());
    const row: OverrideRow = { by, since, expiresAt: since + Math.round(ms) };
    const timer = this.#clock.setTimeout(() => this.#end("expired"), ms);
    this.#held = { row, injectors: faults?.injectors ?? [], before, timer };
    this.#events.tell("override", { what: "faults", change: "set", injectors: injectors.length, ...row });
    return row;
  }

  /** Gives back what was before. Returns whether there was something to give back. */
  remove(by: string): boolean {
    return this.#end("removed", by);
  }

  close(): void {
    this.#clock.clearTimeout(this.#held?.timer);
  }

  /** What is held, unless others have put their own in its place. */
  get #current(): Override | undefined {
    const held = this.#held;
    const inForce = this.#sop.faults?.injectors ?? [];
    const isOurs = held?.injectors.length === inForce.length && held.injectors.every((one, i) => one === inForce[i]);
    return isOurs ? held : undefined;
  }

  #end(change: "expired" | "removed", by?: string): boolean {
    const held = this.#current;
    this.#clock.clearTimeout(this.#held?.timer);
    const isSuperseded = this.#held !== undefined && held === undefined;
    this.#held = undefined;
    if (held) this.#sop.faults?.replace(held.before);
    if (held || isSuperseded) {
      this.#events.tell("override", { what: "faults", change: isSuperseded ? "superseded" : change, by });
    }
    return held !== undefined;
  }
}
