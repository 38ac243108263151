import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The response that a connection is busy with. Node has no public name for it; this one has been the same since its first
 * versions, and to count requests instead would cost each of them something.
 */
export function responseOn(socket: Socket): ServerResponse | undefined {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Has a response say `Connection: close`, where its head is not yet sent, and the connection closed after it. */
export function makeLast(response: ServerResponse): void {
  if (!response.headersSent) response.shouldKeepAlive = false;
}

/** Finds out for how long nothing has come over a connection, by looking at it now and then. */
export class Quiet {
  #bytesRead = -1;
  #since = 0;

  /** Milliseconds since a look found the connection busy, or something received. */
  look(socket: Socket, now: number): number {
    if (responseOn(socket) !== undefined || socket.bytesRead !== this.#bytesRead) {
      this.#bytesRead = socket.bytesRead;
      this.#since = now;
    }
    return now - this.#since;
  }

  /** Starts anew. */
  reset(now: number): void {
    this.#since = now;
  }
}
