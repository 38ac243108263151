import type { ChildProcess } from "node:child_process";

const FORWARDED = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** These ask it to end. */
const STOPS: readonly string[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** Hands the signals that the supervisor gets on to the process that runs. */
export class ForwardedSignals {
  /** Where they go. */
  child: ChildProcess | undefined;
  readonly #asked = new AbortController();
  #stop: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of FORWARDED) process.on(signal, this.#received);
  }

  /** The first signal that asked it to end. */
  get stop(): NodeJS.Signals | undefined {
    return this.#stop;
  }

  /** Aborted by that. */
  get asked(): AbortSignal {
    return this.#asked.signal;
  }

  end(): void {
    for (const signal of FORWARDED) process.off(signal, this.#received);
  }

  readonly #received = (signal: NodeJS.Signals): void => {
    if (STOPS.includes(signal)) {
      this.#stop ??= signal;
      this.#asked.abort();
    }
    // A terminal sends it to all that is in its foreground by itself.
    if (signal !== "SIGINT" || !process.stdin.isTTY) this.child?.kill(signal);
  };
}
