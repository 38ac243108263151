import type { ConfigSnapshot, TimerHandle } from "@sop/core";
import { backoff } from "../../remote/backoff.js";
import { Patience, pause } from "../../remote/pause.js";
import { CacheFile } from "./cache-file.js";
import { ended } from "./ended.js";
import { FlagTable } from "./flag-table.js";
import type { RemoteSettings } from "./options.js";
import type { Link, Remote } from "./remote.js";
import { UpdateQueue } from "./update-queue.js";
import type { ReadValue } from "./value.js";

/** To tell a change costs by the number of flags: changes that come faster than a millisecond for each thousand are told together. */
const FLAGS_PER_MS = 1_000;
const MAX_PACE = 10;

/** Follows one remote source, through every loss of its connection, until it is stopped. */
export class Supervisor {
  readonly queue: UpdateQueue = new UpdateQueue();
  readonly #remote: Remote;
  readonly #settings: RemoteSettings;
  readonly #table: FlagTable;
  readonly #cache: CacheFile | undefined;
  readonly #stop = new AbortController();
  /** What was said of the present trouble: each reason is told once. */
  readonly #told = new Set<string>();
  #known: ConfigSnapshot | undefined;
  #failures = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #revision: string | undefined;
  #telling: TimerHandle | undefined;

  constructor(remote: Remote, settings: RemoteSettings, read: ReadValue | undefined) {
    const { name, cache, scope, maxBytes, clock } = settings;
    this.#remote = remote;
    this.#settings = settings;
    this.#table = new FlagTable(name, maxBytes, read);
    if (cache !== undefined) {
      this.#cache = new CacheFile(cache, `${name} ${scope}`, maxBytes, clock, () => this.#tellReady());
    }
  }

  start(): void {
    this.#loadCache();
    void this.#run(this.#stop.signal);
  }

  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#settings.clock.clearTimeout(this.#telling);
    this.#cache?.close();
    this.queue.end();
  }

  #loadCache(): void {
    const cached = this.#cache?.load();
    if (cached === undefined) return;
    if ("problem" in cached) {
      this.queue.push({ state: "ERROR", problem: cached.problem });
      return;
    }
    this.#known = cached;
    this.#table.setAll(Object.entries(cached.flags));
    const problem = "flags of the cache file are in force until the source answers";
    this.queue.push({ state: "STALE", problem, snapshot: cached });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, maxBackoff, random } = this.#settings;
    while (!signal.aborted) {
      const reason = await this.#connection(signal);
      if (signal.aborted) return;
      this.#trouble(reason);
      await pause(clock, backoff(this.#failures++, maxBackoff, random), signal);
    }
  }

  /** One connection, from its begin to its end; gives why it ended. */
  async #connection(stop: AbortSignal): Promise<string> {
    const { clock, timeout } = this.#settings;
    const end = new AbortController();
    const { signal } = end;
    const stopped = (): void => end.abort();
    stop.addEventListener("abort", stopped);
    const patience = new Patience(clock, timeout);
    let answered = (): void => {};
    const isOpen = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const link: Link = {
      table: this.#table,
      progress: () => patience.renew(),
      ready: (revision) => {
        if (signal.aborted) return;
        answered();
        this.#ready(revision);
      },
      refused: (problem) => {
        if (signal.aborted) return;
        answered();
        this.#trouble(problem);
      },
    };
    try {
      const followed = this.#remote.follow(link, signal);
      await Promise.race([followed, ended(signal), patience.over, isOpen]);
      patience.stop();
      await Promise.race([followed, this.#heartbeats(signal)]);
      return "the connection ended";
    } catch (error) {
      return messageOf(error);
    } finally {
      patience.stop();
      stop.removeEventListener("abort", stopped);
      end.abort();
    }
  }

  async #heartbeats(signal: AbortSignal): Promise<void> {
    const { clock, heartbeat, timeout, random } = this.#settings;
    while (!signal.aborted) {
      // Spread, so that a fleet that started together does not ask together.
      await pause(clock, heartbeat * (1 - random() / 5), signal);
      if (signal.aborted) return;
      const patience = new Patience(clock, timeout);
      await Promise.race([this.#remote.check(signal), ended(signal), patience.over]).finally(() => patience.stop());
      this.#failures = 0;
    }
  }

  #ready(revision: string): void {
    this.#revision = revision;
    this.#told.clear();
    const { clock } = this.#settings;
    const wait = this.#toldAt + Math.min(MAX_PACE, this.#table.size / FLAGS_PER_MS) - clock.monotonic();
    if (wait <= 0) this.#tellReady();
    else this.#telling ??= clock.setTimeout(() => this.#tellReady(), wait);
  }

  #tellReady(): void {
    const { clock } = this.#settings;
    clock.clearTimeout(this.#telling);
    this.#telling = undefined;
    if (this.#revision === undefined) return;
    this.#toldAt = clock.monotonic();
    this.#known = { revision: this.#revision, flags: this.#table.flags() };
    const problems = [...this.#table.problems(), ...(this.#cache?.problem ? [this.#cache.problem] : [])];
    this.queue.push({
      state: "READY",
      snapshot: this.#known,
      problems,
    });
    this.#cache?.save(this.#known);
  }

  #trouble(reason: string): void {
    // What is known already is told before the trouble is, or it would look as if all were well again.
    if (this.#telling !== undefined) this.#tellReady();
    this.#revision = undefined;
    const problem = this.#settings.secrets.mask(reason);
    if (this.#told.has(problem)) return;
    this.#told.add(problem);
    this.queue.push({ state: this.#known ? "STALE" : "ERROR", problem });
  }
}

function messageOf(error: unknown): string {
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  // An AggregateError of connect attempts has no message of its own.
  const text = typeof message === "string" && message !== "" ? message : String(code ?? error);
  return text.split("\n")[0]?.slice(0, 300) ?? "";
}
