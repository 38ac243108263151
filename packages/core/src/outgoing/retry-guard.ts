import type { RequestContext } from "../request/request-context.js";
import type { RetryStorm } from "./finding.js";
import type { OutgoingCall } from "./outgoing.js";

/** When retries are a storm. */
export interface RetryStormSettings {
  /** Milliseconds. */
  readonly window: number;
  readonly threshold: number;
  readonly block: boolean;
}

interface HostCounts {
  calls: number;
  retries: number;
  /** Whether the threshold was reached in this window. */
  reached: boolean;
  /** From the window that reached it to the first one that does not. */
  storming: boolean;
}

const MIN_CALLS = 20;
const MAX_HOSTS = 100;
const MAX_FAILED = 100;

/**
 * Finds hosts whose calls are mostly retries: those of the method and address of a call that failed in the same request. So
 * neither a service that calls many others for each request is suspected, nor one that polls. Calls outside of requests are
 * not counted: nothing tells a retry from the next turn of a loop there.
 */
export class RetryGuard {
  readonly #settings: RetryStormSettings;
  readonly #found: (storm: RetryStorm) => void;
  readonly #failed = new WeakMap<RequestContext, Set<string>>();
  readonly #hosts = new Map<string, HostCounts>();
  #windowStart = 0;

  constructor(settings: RetryStormSettings, found: (storm: RetryStorm) => void) {
    this.#settings = settings;
    this.#found = found;
  }

  /** Counts a call; a refused one is counted too, so that a storm lasts as long as what would make it. Whether it may be made. */
  started({ host, key, context }: OutgoingCall, now: number): boolean {
    if (!context) return true;
    this.#turn(now);
    const counts = this.#countsOf(host);
    if (!counts) return true;
    counts.calls++;
    if (!this.#failed.get(context)?.has(key)) return true;
    counts.retries++;
    const { calls, retries } = counts;
    if (calls >= MIN_CALLS && calls >= this.#settings.threshold * (calls - retries)) {
      counts.reached = true;
      if (!counts.storming)
        this.#found({ kind: "retry_storm", host, ratio: calls / (calls - retries), calls, retries });
      counts.storming = true;
    }
    return !(counts.storming && this.#settings.block);
  }

  /** Remembers a call that failed as long as its request lives: the same one again is a retry. */
  failed({ key, context }: OutgoingCall): void {
    if (!context) return;
    const keys = this.#failed.get(context) ?? new Set();
    if (keys.size < MAX_FAILED) this.#failed.set(context, keys.add(key));
  }

  /** Begins a new window when the last one is over, and ends the storms that it did not confirm. */
  #turn(now: number): void {
    const elapsed = now - this.#windowStart;
    if (elapsed < this.#settings.window) return;
    this.#windowStart = now;
    const paused = elapsed >= 2 * this.#settings.window;
    for (const [host, counts] of this.#hosts) {
      if (counts.reached && !paused) Object.assign(counts, { calls: 0, retries: 0, reached: false });
      else this.#hosts.delete(host);
    }
  }

  #countsOf(host: string): HostCounts | undefined {
    const known = this.#hosts.get(host);
    if (known || this.#hosts.size >= MAX_HOSTS) return known;
    const counts = { calls: 0, retries: 0, reached: false, storming: false };
    this.#hosts.set(host, counts);
    return counts;
  }
}
