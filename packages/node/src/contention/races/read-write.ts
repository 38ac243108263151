import type { Sop } from "@sop/core";
import { type Actor, actorOf, stepOf } from "./actor.js";
import { lostPath, type Versions } from "./lost.js";
import type { RaceBook } from "./race-book.js";

const MAX_KEYS = 2_000;
const MAX_READS = 64;
const MAX_COUNTERS = 500;
/** Milliseconds for which a read is remembered that nobody wrote after. */
const OPEN = 60_000;

interface Read {
  readonly actor: Actor;
  readonly at: number;
  readonly version: number;
  readonly text: string | undefined;
}

interface Write {
  readonly actor: Actor | undefined;
  readonly at: number;
  /** What the writer had read before, or written. */
  readonly readAt: number;
  readonly version: number;
  readonly text: string | undefined;
}

/** What was seen of one key. */
interface KeyState {
  version: number;
  readonly reads: Map<object, Read>;
  last: Write | undefined;
}

/** How values are made to texts and compared; of files `base` may be a file that was not there. */
export interface Compare {
  /** The part of a value that counts, as JSON; empty where there is no value. `undefined`: it is too large, or no data. */
  text(value: unknown): string | undefined;
  /** Whether a write after a read of nothing is a change of what was read. */
  readonly fromNothing: boolean;
}

/**
 * Sees updates that are lost: a context reads a key, another one changes it, and then the first one writes what it made of what it had read, without
 * the other's change.
 */
export class ReadWrite {
  readonly #sop: Sop;
  readonly #book: RaceBook;
  readonly #store: string;
  readonly #shown: (key: string) => string;
  readonly #compare: Compare;
  readonly #keys: Map<string, KeyState> = new Map();
  /** Numbers that were seen to be counted, by their path and step, with how often. */
  readonly #counters: Map<string, number> = new Map();

  constructor(sop: Sop, book: RaceBook, store: string, shown: (key: string) => string, compare: Compare) {
    this.#sop = sop;
    this.#book = book;
    this.#store = store;
    this.#shown = shown;
    this.#compare = compare;
  }

  /** Whether anything is followed for the running code. */
  actor(): Actor | undefined {
    return actorOf(this.#sop);
  }

  /** `value` is what `actor` got; `version`: that of the key when he asked for it. */
  read(actor: Actor, key: string, value: unknown, version: number): void {
    const state = this.#state(key);
    const now = Date.now();
    state.reads.delete(actor.token);
    state.reads.set(actor.token, { actor, at: now, version, text: this.#compare.text(value) });
    if (state.reads.size <= MAX_READS) return;
    const [oldest] = state.reads.keys();
    if (oldest) state.reads.delete(oldest);
  }

  /** `actor` writes `value` now. */
  write(actor: Actor | undefined, key: string, value: unknown): void {
    const state = this.#state(key);
    const now = Date.now();
    const text = this.#compare.text(value);
    const read = actor && state.reads.get(actor.token);
    const { last } = state;
    if (actor && read && now - read.at < OPEN) {
      if (last && last.version > read.version && last.actor && last.actor.token !== actor.token) {
        this.#compared(actor, key, read, last, text, now);
      } else this.#learn(read, text);
    }
    state.version++;
    const readAt = read?.at ?? now;
    state.last = { actor, at: now, readAt, version: state.version, text };
    // From now on he knows what he wrote.
    if (actor) state.reads.set(actor.token, { actor, at: now, version: state.version, text });
  }

  /** How often a key was written, as far as is known. */
  version(key: string): number {
    return this.#keys.get(key)?.version ?? 0;
  }

  /** Whether anything was seen of a key. */
  knows(key: string): boolean {
    return this.#keys.has(key);
  }

  /** What was last written under a key, where that is known. */
  written(key: string): string | undefined {
    return this.#keys.get(key)?.last?.text;
  }

  /** The key is gone: what was read of it is of no use any more. */
  remove(key: string): void {
    this.#keys.delete(key);
  }

  #compared(actor: Actor, key: string, read: Read, last: Write, text: string | undefined, now: number): void {
    const versions = this.#parsed(read.text, last.text, text);
    if (!versions || !last.actor) return;
    if (versions.base === undefined && !this.#compare.fromNothing) return;
    const lost = lostPath(versions, (path, step) => (this.#counters.get(`${path} ${step}`) ?? 0) >= 2);
    if (lost === undefined) return;
    const steps = [
      stepOf(actor, "read", read.at),
      stepOf(last.actor, "read", last.readAt),
      stepOf(last.actor, "write", last.at),
      stepOf(actor, "write", now),
    ].sort((a, b) => a.at - b.at);
    this.#book.add({ kind: "lost_update", store: this.#store, key: this.#shown(key), steps }, now);
  }

  #parsed(base: string | undefined, theirs: string | undefined, mine: string | undefined): Versions | undefined {
    if (base === undefined || theirs === undefined || mine === undefined) return undefined;
    try {
      return { base: base === "" ? undefined : JSON.parse(base), theirs: JSON.parse(theirs), mine: JSON.parse(mine) };
    } catch {
      return undefined;
    }
  }

  /** Which numbers go up or down by the same step when nobody is in the way. */
  #learn({ text: before }: Read, after: string | undefined): void {
    if (!before || after === undefined || before.length > 4_096) return;
    const versions = this.#parsed(before, after, after);
    if (!versions) return;
    steps(versions.base, versions.theirs, "", 0, (path, step) => {
      const key = `${path} ${step}`;
      const known = this.#counters.get(key);
      if (known !== undefined || this.#counters.size < MAX_COUNTERS) this.#counters.set(key, (known ?? 0) + 1);
    });
  }

  #state(key: string): KeyState {
    const known = this.#keys.get(key);
    // The least recently used goes first.
    if (known) this.#keys.delete(key);
    const state = known ?? { version: 0, reads: new Map(), last: undefined };
    this.#keys.set(key, state);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > MAX_KEYS && oldest !== undefined) this.#keys.delete(oldest);
    return state;
  }
}

function steps(
  before: unknown,
  after: unknown,
  path: string,
  depth: number,
  found: (path: string, step: number) => void,
): void {
  if (typeof before === "number" && typeof after === "number") {
    if (before !== after) found(path, after - before);
    return;
  }
  if (depth >= 4 || typeof before !== "object" || typeof after !== "object" || !before || !after) return;
  for (const [key, value] of Object.entries(after).slice(0, 100)) {
    steps(Reflect.get(before, key), value, path === "" ? key : `${path}.${key}`, depth + 1, found);
  }
}
