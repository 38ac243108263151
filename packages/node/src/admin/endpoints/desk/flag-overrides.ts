import type { Clock, FlagValue, Sop, TimerHandle } from "@sop/core";
import type { OverrideRow } from "../parts.js";
import type { EventFeed } from "./event-feed.js";

interface Override extends OverrideRow {
  readonly value: FlagValue;
  readonly timer: TimerHandle;
}

/** The flags that an operator has set: above all layers, rules included, and each until it expires. */
export class FlagOverrides {
  readonly #sop: Sop;
  readonly #clock: Clock;
  readonly #events: EventFeed;
  readonly #set = new Map<string, Override>();

  constructor(sop: Sop, clock: Clock, events: EventFeed) {
    this.#sop = sop;
    this.#clock = clock;
    this.#events = events;
  }

  get size(): number {
    return this.#set.size;
  }

  find(flag: string): OverrideRow | undefined {
    const found = this.#set.get(flag);
    return found && { by: found.by, since: found.since, expiresAt: found.expiresAt };
  }

  /** Sets a flag for `ms` milliseconds, in place of an earlier override. */
  put(flag: string, value: FlagValue, ms: number, by: string): OverrideRow {
    this.#forget(flag);
    const since = Math.round(this.#clock.now());
    const timer = this.#clock.setTimeout(() => this.#end(flag, "expired"), ms);
    const row: OverrideRow = { by, since, expiresAt: since + Math.round(ms) };
    this.#set.set(flag, { ...row, value, timer });
    this.#apply();
    this.#events.tell("override", { what: "flag", flag, change: "set", ...row });
    return row;
  }

  /** Gives a flag back. Returns whether it was overridden. */
  remove(flag: string, by: string): boolean {
    return this.#end(flag, "removed", by);
  }

  close(): void {
    for (const { timer } of this.#set.values()) this.#clock.clearTimeout(timer);
  }

  #end(flag: string, change: "expired" | "removed", by?: string): boolean {
    if (!this.#forget(flag)) return false;
    this.#apply();
    this.#events.tell("override", { what: "flag", flag, change, by });
    return true;
  }

  #forget(flag: string): boolean {
    this.#clock.clearTimeout(this.#set.get(flag)?.timer);
    return this.#set.delete(flag);
  }

  #apply(): void {
    this.#sop.overrideFlags(Object.fromEntries([...this.#set].map(([flag, { value }]) => [flag, value])));
  }
}
