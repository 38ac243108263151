import type { Sop } from "@sop/core";
import type { LiveCall } from "./live-call.js";
import type { CallOutcome } from "./outcome.js";

/** Listens to the calls to other services that `watchOutgoing` sees, those of `sop.fetch` among them. */
export interface CallObserver {
  /** It is made, now and in this stack. */
  started?(call: LiveCall): void;
  /** Its answer's head came with `status`, or none will: then it is 0. `milliseconds`: since it was made. */
  ended?(call: LiveCall, status: number, outcome: CallOutcome, milliseconds: number): void;
  /** Its answer's body was cut: `ended` was told before. */
  cut?(call: LiveCall, outcome: CallOutcome): void;
}

/** How the calls of one Sop stand. */
export interface CallGauges {
  /** Calls that wait for the head of their answer. */
  inFlight: number;
  /** Milliseconds for which the oldest of them does. */
  oldest: number;
  /** Of them, those that have no connection yet because others of their client have all that it may have. */
  queued: number;
  /** Answers whose body nobody reads. */
  unread: number;
}

interface Watch {
  readonly observers: Set<CallObserver>;
  /** Who watches them; `undefined` while nobody does. */
  gauges: (() => CallGauges) | undefined;
}

const watches = new WeakMap<Sop, Watch>();

function watchOf(sop: Sop): Watch {
  const watch = watches.get(sop) ?? { observers: new Set(), gauges: undefined };
  watches.set(sop, watch);
  return watch;
}

/** Adds an observer of the calls of `sop`, whether they are watched already or not. Returns a function that takes it away. */
export function observeCalls(sop: Sop, observer: CallObserver): () => void {
  const { observers } = watchOf(sop);
  observers.add(observer);
  return () => observers.delete(observer);
}

/** How the calls of `sop` stand; `undefined` where they are not watched. */
export function callGauges(sop: Sop): CallGauges | undefined {
  return watchOf(sop).gauges?.();
}

/** Whoever watches the calls of `sop` gets those that listen, and lends the gauges. */
export function lendCalls(sop: Sop, gauges: () => CallGauges): { observers: ReadonlySet<CallObserver>; stop(): void } {
  const watch = watchOf(sop);
  watch.gauges = gauges;
  return {
    observers: watch.observers,
    stop() {
      if (watch.gauges === gauges) watch.gauges = undefined;
    },
  };
}
