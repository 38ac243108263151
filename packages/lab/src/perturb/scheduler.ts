import { AsyncLocalStorage } from "node:async_hooks";
import { relative } from "node:path";
import { isApplicationFrame, markOwnFile, parseStack } from "@sop/core";
import type { Plan } from "./plan.js";

markOwnFile();

/** Something that happened in a run, in the order in which it did. */
export interface Step {
  /** Which event it was, in the order in which they came to be. */
  readonly event: number;
  readonly kind: "timer" | "immediate" | "file" | "request" | "data";
  /** What, for people: `setTimeout 5 ms`. */
  readonly what: string;
  /** Where in the application it was asked for, as `file:line:column`. */
  readonly site: string | undefined;
  /** Milliseconds of the run's own clock. */
  readonly at: number;
  /** By how many of them it was late. */
  readonly late: number;
}

/** An event that will happen. */
export interface Pending {
  /** It could happen now: `run` is what happens. */
  ready(run: () => void): void;
  /** It will not happen any more. */
  cancel(): void;
}

interface Entry extends Step {
  run: (() => void) | undefined;
  hasWaited: boolean;
}

const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
};
/** Milliseconds for which an event is waited for that comes before those which could happen. */
const PATIENCE = 1_000;
/** Milliseconds that something takes at most which is on its way within this machine. */
const PAUSE = 5;
const MAX_STEPS = 20_000;

/**
 * Lets the events of a run happen one after the other, in the order of a clock of its own: each when it would have come, and later where the plan
 * says so. What an event leaves to be done at once, such as the code after an `await`, is done before the next one.
 */
export class Scheduler {
  readonly steps: Step[] = [];
  readonly #plan: Plan;
  readonly #told: ((step: Step) => void) | undefined;
  readonly #pending: Set<Entry> = new Set();
  #count = 0;
  #now = 0;
  #isTurning = false;
  #impatience: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** `told`: called with each step before it happens. */
  constructor(plan: Plan, told?: (step: Step) => void) {
    this.#plan = plan;
    this.#told = told;
  }

  /** An event came to be that takes `delay` milliseconds. `above`: the function that the application called. */
  add(kind: Step["kind"], what: string, delay: number, above?: (...args: never[]) => unknown): Pending {
    const event = this.#count++;
    const late = this.#plan(event);
    const entry: Entry = {
      event,
      kind,
      what,
      site: above && siteOf(above),
      at: this.#now + delay + late,
      late,
      run: undefined,
      hasWaited: false,
    };
    this.#pending.add(entry);
    // It happens in the context in which it was asked for.
    const inContext = AsyncLocalStorage.snapshot();
    return {
      ready: (run) => {
        if (this.#isStopped) return run();
        entry.run = () => inContext(run);
        this.#turn();
      },
      cancel: () => {
        this.#pending.delete(entry);
        this.#turn();
      },
    };
  }

  /** Whether nothing is left that could happen. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** The run is over: whatever is left happens as it would without. */
  stop(): void {
    this.#isStopped = true;
    real.clearTimeout(this.#impatience);
    for (const { run } of this.#pending) run?.();
    this.#pending.clear();
  }

  #turn(): void {
    if (this.#isTurning || this.#isStopped) return;
    this.#isTurning = true;
    real.setImmediate(() => {
      this.#isTurning = false;
      if (!this.#isStopped) this.#next();
    });
  }

  #next(): void {
    real.clearTimeout(this.#impatience);
    this.#impatience = undefined;
    const first = this.#first(() => true);
    if (!first) return;
    if (!first.run) this.#wait();
    else if (first.hasWaited || first.late === 0 || first.at <= this.#now) this.#happen(first);
    else this.#letOthersCome(first);
  }

  /** What is late leaves time to what is on its way unseen, such as a request to a server: it may come first. */
  #letOthersCome(entry: Entry): void {
    entry.hasWaited = true;
    this.#impatience = real.setTimeout(() => this.#turn(), Math.min(entry.late, PAUSE));
  }

  /** Those that could happen wait for the one whose turn it is, but not for ever. */
  #wait(): void {
    if (!this.#first(({ run }) => run !== undefined)) return;
    this.#impatience = real.setTimeout(() => {
      const possible = this.#first(({ run }) => run !== undefined);
      if (possible) this.#happen(possible);
    }, PATIENCE);
  }

  #first(accepts: (entry: Entry) => boolean): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#pending) {
      if (accepts(entry) && (!first || entry.at < first.at || (entry.at === first.at && entry.event < first.event)))
        first = entry;
    }
    return first;
  }

  #happen(entry: Entry): void {
    this.#pending.delete(entry);
    this.#now = Math.max(this.#now, entry.at);
    const { run, event, kind, what, site, late } = entry;
    const step: Step = { event, kind, what, site, at: this.#now, late };
    if (this.steps.length < MAX_STEPS) {
      this.steps.push(step);
      this.#told?.(step);
    }
    if (this.#pending.size > 0) this.#turn();
    run?.();
  }
}

function siteOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  const frame = parseStack(holder.stack ?? "").find(isApplicationFrame);
  if (!frame) return undefined;
  const inside = relative(process.cwd(), frame.file);
  return `${inside.startsWith("..") ? frame.file : inside}:${frame.line}:${frame.column}`;
}
