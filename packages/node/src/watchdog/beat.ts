import type { ServingState, Sop } from "@sop/core";
import { type BlackBox, CELL } from "../blackbox/memory.js";
import { eachBeat } from "../sensors/metronome.js";

const STATES: readonly ServingState[] = ["serving", "draining", "drained"];

/**
 * Beats ten times a second while the main thread turns, and tells the watchdog by the shared memory what it has to know of a thread that
 * is silent. Returns a function that stops it.
 */
export function beat({ cells }: BlackBox, sop: Sop): () => void {
  // A runtime may be built without an inspector.
  const inspector = process.getBuiltinModule?.("node:inspector");
  const isStartedWithOne = process.execArgv.some((argument) => argument.startsWith("--inspect"));
  const once = (): void => {
    Atomics.store(cells, CELL.state, STATES.indexOf(sop.state));
    Atomics.store(cells, CELL.inspected, isStartedWithOne || inspector?.url() !== undefined ? 1 : 0);
    Atomics.add(cells, CELL.beat, 1);
  };
  once();
  const end = eachBeat(once);
  const stop = sop.observe({
    name: "watchdog: beat",
    opened: () => void Atomics.add(cells, CELL.opened, 1),
    drainStarted: once,
  });
  return () => {
    end();
    stop();
  };
}

/** What the main thread said of itself at its last beat. */
export function lastWords({ cells }: BlackBox): {
  readonly state: ServingState;
  /** Requests that it ever got. */
  readonly opened: number;
  /** Whether an inspector listens, so that a person's debugger may be what keeps it. */
  readonly isInspected: boolean;
} {
  return {
    state: STATES[Atomics.load(cells, CELL.state)] ?? "serving",
    opened: Atomics.load(cells, CELL.opened),
    isInspected: Atomics.load(cells, CELL.inspected) === 1,
  };
}
