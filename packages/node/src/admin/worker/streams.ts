import type { ServerResponse } from "node:http";
import type { FeedEvent } from "../endpoints/event-types.js";
import { Refusal } from "../problem.js";
import { SAFE_HEADERS } from "./answer.js";

/** Bounds of the streams. */
export interface StreamBounds {
  readonly maxListeners: number;
  /** Bytes that may wait for one listener; who is further behind is cut. */
  readonly maxBehind: number;
  /** Events that are kept for those who come back. */
  readonly kept: number;
  /** How long the main thread goes on telling when the last listener left, in milliseconds: many come back at once. */
  readonly linger: number;
}

export const STREAM_BOUNDS: Omit<StreamBounds, "maxListeners"> = { maxBehind: 262_144, kept: 500, linger: 10_000 };

interface Listener {
  readonly response: ServerResponse;
  /** The last event it has, as it says; without one it gets all that are still known. */
  readonly after: string | undefined;
  /** The types it wants; `undefined`: all. */
  readonly types: readonly string[] | undefined;
  /** Whether it is behind since the last heartbeat. */
  isBehind: boolean;
}

/** Those who follow the events: each event is written once for all of them, and who does not read is cut. */
export class Streams {
  readonly #bounds: StreamBounds;
  readonly #follow: (isOn: boolean, after: string | undefined) => void;
  readonly #listeners = new Set<Listener>();
  /** They wait for what was before them. */
  #fresh: Listener[] = [];
  #ring: FeedEvent[] = [];
  #isFollowing = false;
  #isCaughtUp = false;
  #lingering: NodeJS.Timeout | undefined;

  constructor(bounds: StreamBounds, follow: (isOn: boolean, after: string | undefined) => void) {
    this.#bounds = bounds;
    this.#follow = follow;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** How many have not read what was sent to them. */
  get behind(): number {
    return [...this.#listeners].filter(({ response }) => response.writableNeedDrain).length;
  }

  /** Streams what happens, from after the event of id `after` on as far as it is known. Throws a `Refusal` where there are too many already. */
  add(response: ServerResponse, { after, types }: Pick<Listener, "after" | "types">): void {
    if (this.#listeners.size >= this.#bounds.maxListeners) {
      const headers = { "retry-after": "10" };
      throw new Refusal("SOP_OVERLOAD", "listeners", "too many follow already", { headers });
    }
    response.writeHead(200, { ...SAFE_HEADERS, "content-type": "text/event-stream", "x-accel-buffering": "no" });
    if (response.req.method === "HEAD") return void response.end();
    response.write(":\n\n");
    const listener: Listener = { response, after, types, isBehind: false };
    this.#listeners.add(listener);
    response.on("close", () => this.#leave(listener));
    clearTimeout(this.#lingering);
    if (this.#isCaughtUp) this.#replay(listener);
    else this.#fresh.push(listener);
    if (!this.#isFollowing) this.#follow(true, this.#ring.at(-1)?.id);
    this.#isFollowing = true;
  }

  /** Sends events to all. `isBacklog`: they are what was before, for those who asked for it. */
  push(events: readonly FeedEvent[], isBacklog: boolean): void {
    this.#ring = [...this.#ring, ...events].slice(-this.#bounds.kept);
    if (isBacklog) {
      this.#isCaughtUp = true;
      for (const listener of this.#fresh.splice(0)) this.#replay(listener);
      return;
    }
    if (events.length === 0) return;
    const text = Buffer.from(events.map(frameOf).join(""));
    for (const listener of this.#listeners) {
      if (!this.#isCaughtUp && this.#fresh.includes(listener)) continue;
      this.#write(listener, listener.types ? framesOf(events, listener.types) : text);
    }
  }

  /** Shows that the connection lives; to be called every 15 seconds. */
  heartbeat(): void {
    const text = Buffer.from(":\n\n");
    for (const listener of this.#listeners) {
      const { response } = listener;
      if (response.writableNeedDrain && listener.isBehind) response.destroy();
      listener.isBehind = response.writableNeedDrain;
      this.#write(listener, text);
    }
  }

  /** Ends all streams; their clients may come back. */
  end(): void {
    for (const { response } of this.#listeners) response.end();
  }

  #replay(listener: Listener): void {
    const known = this.#ring.findIndex(({ id }) => id === listener.after);
    this.#write(listener, framesOf(this.#ring.slice(known + 1), listener.types));
  }

  #write({ response }: Listener, text: Buffer): void {
    if (text.length === 0) return;
    if (response.writableLength > this.#bounds.maxBehind) response.destroy();
    else if (!response.writableEnded) response.write(text);
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    this.#fresh = this.#fresh.filter((other) => other !== listener);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#lingering);
    this.#lingering = setTimeout(() => {
      this.#isFollowing = false;
      this.#isCaughtUp = false;
      this.#follow(false, undefined);
    }, this.#bounds.linger).unref();
  }
}

function framesOf(events: readonly FeedEvent[], types: readonly string[] | undefined): Buffer {
  const wanted = types ? events.filter(({ type }) => types.includes(type)) : events;
  return Buffer.from(wanted.map(frameOf).join(""));
}

function frameOf({ id, at, type, data }: FeedEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, at: new Date(at).toISOString(), type, data })}\n\n`;
}
