import type { Clock, TimerHandle } from "../../ports/clock.js";
import { loggable } from "../../request/panic.js";
import type { BreakerChange } from "../breaker/events.js";
import type { FleetSettings } from "./options.js";
import type { FleetOpinion, FleetState } from "./store.js";

/** What a fleet needs of the Sop it belongs to. */
export interface FleetPorts {
  readonly clock: Clock;
  /** 0..1, 1 left out. */
  readonly random: () => number;
  /** Opens the breaker of that name where it is closed; nothing happens where there is none. */
  readonly follow: (breaker: string) => void;
  /** Told when the store is reached, and when it is lost. */
  readonly changed: (state: FleetState) => void;
}

/** An opinion is valid for so many heartbeats. */
const BEATS = 3;
const LONGEST_PAUSE = 30_000;

/**
 * Tells the other instances which breakers this one has opened by its own calls, and opens those that a quorum of them has opened. An
 * opening that only followed others is no opinion: otherwise the fleet would go on believing itself.
 */
export class Fleet {
  readonly #settings: FleetSettings;
  readonly #ports: FleetPorts;
  readonly #stop = new AbortController();
  readonly #open = new Set<string>();
  #agreed: ReadonlySet<string> = new Set();
  #beat: TimerHandle;
  #pause: TimerHandle;
  #silence: TimerHandle;
  #publishing: Promise<void> | undefined;
  #isStale = false;
  state: FleetState = { kind: "alone", problem: "nothing was heard yet" };

  constructor(settings: FleetSettings, ports: FleetPorts) {
    this.#settings = settings;
    this.#ports = ports;
    void this.#watch();
    this.#tell();
  }

  /** A breaker of this instance has changed. */
  breakerChanged({ breaker, state, cause }: BreakerChange): void {
    if (state === "half_open") return;
    const isOwn = state === "open" && cause !== "fleet";
    if (this.#open.has(breaker) === isOwn) return;
    if (isOwn) this.#open.add(breaker);
    else this.#open.delete(breaker);
    this.#tell();
  }

  stop(): void {
    this.#stop.abort();
    this.#ports.clock.clearTimeout(this.#beat);
    this.#ports.clock.clearTimeout(this.#pause);
    this.#ports.clock.clearTimeout(this.#silence);
  }

  /** Publishes at once, then at each heartbeat; what changes meanwhile is published as soon as that is done. */
  #tell(): void {
    if (this.#publishing) {
      this.#isStale = true;
      return;
    }
    const { clock } = this.#ports;
    clock.clearTimeout(this.#beat);
    this.#publishing = this.#publish().finally(() => {
      this.#publishing = undefined;
      if (this.#stop.signal.aborted) return;
      if (this.#isStale) this.#tell();
      else this.#beat = clock.setTimeout(() => this.#tell(), this.#settings.heartbeat);
    });
  }

  async #publish(): Promise<void> {
    this.#isStale = false;
    const { store, instance, heartbeat } = this.#settings;
    try {
      await store.publish({ instance, open: [...this.#open] }, heartbeat * BEATS);
    } catch (error) {
      this.#alone(error);
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    const { clock } = this.#ports;
    const patience = this.#settings.heartbeat * BEATS;
    this.#silence = clock.setTimeout(() => this.#alone(new Error("the store does not answer")), patience);
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        for await (const opinions of this.#settings.store.watch(signal)) {
          if (signal.aborted) return;
          failures = 0;
          clock.clearTimeout(this.#silence);
          this.#heard(opinions);
        }
        this.#alone(new Error("the watch ended"));
      } catch (error) {
        this.#alone(error);
      }
      await this.#wait(failures);
    }
  }

  /** Longer after each failure in a row, and never in step with the others. */
  #wait(failures: number): Promise<void> {
    const { clock, random } = this.#ports;
    const longest = Math.min(LONGEST_PAUSE, 500 * 2 ** failures);
    return new Promise((resolve) => {
      this.#pause = clock.setTimeout(resolve, longest * (0.5 + 0.5 * random()));
    });
  }

  #heard(opinions: readonly FleetOpinion[]): void {
    const wasAlone = this.state.kind === "alone";
    this.state = { kind: "together", opinions };
    if (wasAlone) this.#ports.changed(this.state);
    const agreed = this.#agreedBy(opinions);
    // Only when they come to agree: what this instance has found out since by its own probes stands.
    for (const breaker of agreed) if (!this.#agreed.has(breaker)) this.#ports.follow(breaker);
    this.#agreed = agreed;
  }

  #agreedBy(opinions: readonly FleetOpinion[]): Set<string> {
    const votes = new Map<string, number>();
    for (const { open } of opinions) for (const name of new Set(open)) votes.set(name, (votes.get(name) ?? 0) + 1);
    const { quorum, minimumInstances } = this.#settings;
    if (opinions.length < minimumInstances) return new Set();
    return new Set([...votes].filter(([, n]) => n / opinions.length >= quorum).map(([name]) => name));
  }

  #alone(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const { message } = loggable(error);
    const isNew = this.state.kind === "together" || this.state.problem !== message;
    this.state = { kind: "alone", problem: message };
    this.#agreed = new Set();
    if (isNew) this.#ports.changed(this.state);
  }
}
