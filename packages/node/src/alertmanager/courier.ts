import type { Clock } from "@sop/core";
import { backoff } from "../remote/backoff.js";
import { Bell } from "../remote/bell.js";
import type { HttpClient } from "../remote/http-client.js";
import { pause } from "../remote/pause.js";
import { Refusal } from "../remote/refusal.js";
import type { AlertBook, Dispatch } from "./book.js";

const PATH = "/api/v2/alerts";
/** What belongs together comes within a moment, and goes in one call. */
const GATHER = 50;
const MAX_BATCH = 64;

/** What a courier needs of the world around it; times in milliseconds. */
export interface CourierSettings {
  readonly url: string;
  /** Made anew after a failure: certificates may have been renewed. */
  readonly client: () => HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeout: number;
  readonly maxBackoff: number;
  /** Read at each call: a file of it may have been renewed. */
  readonly authorization: () => string | undefined;
  /** Called when the book is another than on disk. */
  changed(): void;
  /** Called with `undefined` when the Alertmanager takes alerts again. */
  troubled(reason: string | undefined): void;
  refused(alert: Dispatch, reason: string): void;
}

/** Brings the alerts of a book to one Alertmanager, and goes on trying for as long as it takes. */
export class Courier {
  readonly #book: AlertBook;
  readonly #settings: CourierSettings;
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  #client: HttpClient | undefined;

  constructor(book: AlertBook, settings: CourierSettings) {
    this.#book = book;
    this.#settings = settings;
  }

  /** There may be something to bring. */
  ring(): void {
    this.#bell.ring();
  }

  async run(): Promise<void> {
    const { clock, maxBackoff, random } = this.#settings;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const next = await this.#bring(signal, 1);
      if (signal.aborted) return;
      if (next === "failed") {
        // Not to be woken by what happens meanwhile: whoever is down is left alone.
        await pause(clock, backoff(failures++, maxBackoff, random), signal);
        continue;
      }
      failures = 0;
      await this.#idle(next);
    }
  }

  /** Brings all that is due, once, and gives up when `signal` says so. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#bring(signal, Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#stop.abort();
    this.#bell.ring();
    this.#client?.close();
  }

  /** Brings what is due, at most `rounds` calls of it. Gives how long nothing is due, in milliseconds. */
  async #bring(signal: AbortSignal, rounds: number): Promise<number | "failed"> {
    const { url, clock } = this.#settings;
    for (let round = 0; ; round++) {
      const { batch, next } = this.#book.due(url, clock.now(), MAX_BATCH);
      if (batch.length === 0) return next - clock.now();
      if (round === rounds) return 0;
      if (!(await this.#send(batch, signal))) return "failed";
    }
  }

  async #idle(ms: number): Promise<void> {
    if (ms <= 0) return;
    const { clock } = this.#settings;
    const isOver = new AbortController();
    await Promise.race([this.#bell.rung(), ...(Number.isFinite(ms) ? [pause(clock, ms, isOver.signal)] : [])]);
    isOver.abort();
    await pause(clock, GATHER, this.#stop.signal);
  }

  async #send(batch: readonly Dispatch[], signal: AbortSignal): Promise<boolean> {
    const { url, clock, changed, troubled, refused } = this.#settings;
    try {
      const { status, body } = await this.#post(batch, signal);
      if (status === 400 && batch.length > 1) {
        for (const one of batch) if (!(await this.#send([one], signal))) return false;
        return true;
      }
      if (status === 400) {
        const [one] = batch;
        if (one) refused(one, body.toString("utf8", 0, 200));
        if (one) this.#book.refused(one);
        changed();
        return true;
      }
      if (status < 200 || status > 299) throw new Error(`status ${status}`);
      troubled(undefined);
      if (this.#book.told(url, batch, clock.now())) changed();
      return true;
    } catch (error) {
      this.#client?.close();
      this.#client = undefined;
      if (!signal.aborted) troubled(reasonOf(error));
      return false;
    }
  }

  async #post(batch: readonly Dispatch[], signal: AbortSignal) {
    const { client, clock, timeout, authorization } = this.#settings;
    const tooLong = new AbortController();
    const timer = clock.setTimeout(() => tooLong.abort(new Refusal(`no answer within ${timeout} ms`)), timeout);
    try {
      const credentials = authorization();
      this.#client ??= client();
      return await this.#client.call(PATH, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(credentials !== undefined && { authorization: credentials }),
        },
        body: JSON.stringify(batch.map(({ alert }) => alert)),
        signal: AbortSignal.any([signal, tooLong.signal]),
      });
    } catch (error) {
      throw tooLong.signal.aborted ? tooLong.signal.reason : error;
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return String(message || code || error);
}
