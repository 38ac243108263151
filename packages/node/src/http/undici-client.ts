import type { Socket } from "node:net";
import { DEADLINE_HEADER, type Sop, timeLeft } from "@sop/core";
import type { Subscribers } from "./channels.js";
import type { ClientCall } from "./live-call.js";
import type { LiveCalls } from "./live-calls.js";
import type { WatchSettings } from "./options.js";
import { leavesQueue } from "./pool-queue.js";

/** A request of undici 6, 7 or 8, as its channels show it; `fetch` makes one for each hop. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: unknown;
  readonly upgrade?: unknown;
  /** As the user gave it; `undefined` stands for the client's own, 300 s unless that was configured. */
  readonly headersTimeout?: number | null;
  addHeader(name: string, value: string): void;
}

interface RequestEvent {
  readonly request: UndiciRequest;
}

interface HeadersEvent extends RequestEvent {
  readonly response: { readonly statusCode: number };
}

interface ErrorEvent extends RequestEvent {
  readonly error?: unknown;
}

interface ConnectEvent {
  readonly connectParams: { readonly host: string };
}

interface SentEvent extends RequestEvent {
  readonly socket: Socket & { readonly alpnProtocol?: string | false | null };
}

/** Follows the calls of undici, and so of the global `fetch`. */
export function undiciSubscribers(sop: Sop, calls: LiveCalls, { propagate }: WatchSettings): Subscribers {
  const connecting = new Connecting();
  return {
    "undici:request:create": ({ request }: RequestEvent) => {
      // The tunnel of a proxy and a WebSocket are connections, no calls.
      if (request.upgrade || request.method === "CONNECT") return;
      const context = sop.current();
      // To hand on the deadline of another request would be worse than none.
      const owner = context && !leavesQueue() ? context : undefined;
      const left = propagate && owner && timeLeft(owner);
      if (left && !has(request, DEADLINE_HEADER)) request.addHeader(DEADLINE_HEADER, String(left));
      calls.started(request, new UndiciCall(request, connecting), owner);
    },
    "undici:client:sendHeaders": ({ request, socket }: SentEvent) => {
      const call = calls.get(request);
      if (call instanceof UndiciCall) call.isSent = true;
      // What waits on a socket of HTTP/2 may be another one's.
      if (call instanceof UndiciCall && socket.alpnProtocol !== "h2") call.socket = socket;
    },
    "undici:request:headers": ({ request, response }: HeadersEvent) => calls.answered(request, response.statusCode),
    "undici:request:trailers": ({ request }: RequestEvent) => calls.ended(request),
    "undici:request:error": ({ request, error }: ErrorEvent) => calls.ended(request, error),
    "undici:client:beforeConnect": ({ connectParams }: ConnectEvent) => connecting.begun(connectParams.host),
    "undici:client:connected": ({ connectParams }: ConnectEvent) => connecting.over(connectParams.host),
    "undici:client:connectError": ({ connectParams }: ConnectEvent) => connecting.over(connectParams.host),
  };
}

/** Connections that are being made, by host: a call that waits for one of them waits for the network, and not for a place in a pool. */
class Connecting {
  readonly #hosts = new Map<string, number>();

  begun(host: string): void {
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  over(host: string): void {
    const left = (this.#hosts.get(host) ?? 0) - 1;
    if (left > 0) this.#hosts.set(host, left);
    else this.#hosts.delete(host);
  }

  has(host: string): boolean {
    return this.#hosts.has(host);
  }
}

class UndiciCall implements ClientCall {
  readonly client = "undici";
  /** A signal is not: `fetch` keeps it to itself. */
  readonly showsBounds = false;
  readonly host: string;
  readonly key: string;
  readonly timeout = 0;
  socket: Socket | undefined;
  isSent = false;
  readonly #connecting: Connecting;
  readonly #headersTimeout: number;
  #bytesRead = -1;

  constructor({ origin, path, method, headersTimeout }: UndiciRequest, connecting: Connecting) {
    const base = String(origin);
    this.host = base.slice(base.indexOf("//") + 2).replace(/\/$/, "");
    this.key = `${method} ${base}${path}`;
    this.#headersTimeout = headersTimeout ?? 0;
    this.#connecting = connecting;
  }

  isBounded(): boolean {
    return this.#headersTimeout > 0;
  }

  /** Its channels tell each end. */
  isOver(): boolean {
    return false;
  }

  isQueued(): boolean {
    return !this.isSent && !this.#connecting.has(this.host);
  }

  /** A reader that does not keep up makes undici leave bytes in the socket; one that reads takes them out. */
  isUnread(): boolean {
    if (!this.socket) return false;
    const { bytesRead, readableLength } = this.socket;
    const isStill = bytesRead === this.#bytesRead;
    this.#bytesRead = bytesRead;
    return isStill && readableLength > 0;
  }
}

function has({ headers }: UndiciRequest, name: string): boolean {
  return Array.isArray(headers) && headers.some((item, i) => i % 2 === 0 && String(item).toLowerCase() === name);
}
