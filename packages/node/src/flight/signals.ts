import { writeSync } from "node:fs";
import type { SnapshotSignal } from "./options.js";

/** Milliseconds between two snapshots. */
const PAUSE = 10_000;
const STDERR = 2;

/** Who takes part in a snapshot. */
interface Participant {
  readonly signals: readonly SnapshotSignal[];
  /** What it has to say. */
  text(signal: SnapshotSignal): string;
  /** To be recorded; `isLast`: the process ends right after it. */
  record(signal: SnapshotSignal, isLast: boolean): void;
}

interface Listening {
  readonly participants: Set<Participant>;
  readonly listeners: Map<SnapshotSignal, () => void>;
  takenAt: number;
  isTold: boolean;
}

// One for the process, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.snapshot-signals");
const holder = globalThis as typeof globalThis & { [KEY]?: Listening };

/**
 * Has signals take a snapshot of all participants of the process: to standard error, and recorded; one each 10 seconds. Listeners of the application are
 * called as well. SIGABRT ends the process afterwards, as it would have, unless the application listens to it. Returns a function that stops it.
 */
export function snapshotOnSignals(participant: Participant): () => void {
  const listening = holder[KEY] ?? {
    participants: new Set(),
    listeners: new Map(),
    takenAt: Number.NEGATIVE_INFINITY,
    isTold: false,
  };
  holder[KEY] = listening;
  listening.participants.add(participant);
  follow(listening);
  return () => {
    listening.participants.delete(participant);
    follow(listening);
  };
}

/** Listens to what anybody wants, and to nothing else: a signal that nobody wants does what it does without us. */
function follow(listening: Listening): void {
  const wanted = new Set([...listening.participants].flatMap(({ signals }) => signals));
  for (const signal of wanted) {
    if (listening.listeners.has(signal)) continue;
    const listener = (): void => received(listening, signal);
    try {
      process.on(signal, listener);
      listening.listeners.set(signal, listener);
    } catch {
      // A system that has no such signal.
    }
  }
  for (const [signal, listener] of listening.listeners) {
    if (wanted.has(signal)) continue;
    process.off(signal, listener);
    listening.listeners.delete(signal);
  }
}

function received(listening: Listening, signal: SnapshotSignal): void {
  const isLast = signal === "SIGABRT" && process.listenerCount(signal) === 1;
  const now = performance.now();
  const isTooSoon = now - listening.takenAt < PAUSE;
  if (!isTooSoon || isLast) {
    listening.takenAt = now;
    listening.isTold = false;
    for (const participant of listening.participants) {
      if (participant.signals.includes(signal)) take(participant, signal, isLast);
    }
  } else if (!listening.isTold) {
    listening.isTold = true;
    say(`sop: ${signal}: no snapshot, the last one is not ${PAUSE / 1_000} s old\n`);
  }
  if (isLast) process.abort();
}

function take(participant: Participant, signal: SnapshotSignal, isLast: boolean): void {
  try {
    say(participant.text(signal));
    participant.record(signal, isLast);
  } catch (error) {
    say(`sop: ${signal}: the snapshot failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** Now, whatever happens next. */
function say(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // A pipe that is full or closed: the incident has it all.
  }
}
