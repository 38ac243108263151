import type { Server } from "node:net";
import type { LongConnection } from "./spread.js";

/** What a drain closes: a server of any kind, with what is connected to it. */
export interface Door {
  /** Lets in who stands before it. Where there is nothing to wait for, it is not there. */
  letIn?(): Promise<void>;
  /** Lets nobody in any more, and tells those inside. */
  shut(now: number): void;
  /** The connections that do not end by themselves. `code` is WebSocket's. */
  long(code: number): Iterable<LongConnection>;
  /** Closes what has nothing more to do. `now` is on the same clock as that of `shut`. */
  sweep(now: number): void;
  /** Whether anybody is still inside. */
  readonly isBusy: boolean;
  /** Lets go of what is left. */
  cut(): void;
}

/** As much of a `Server` of `@grpc/grpc-js` as is used here. */
export interface GrpcServer {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

/** As much of a `WebSocketServer` of `ws` as is used here. */
export interface WebSocketServer {
  readonly clients: ReadonlySet<{ close(code?: number, reason?: string): void; terminate(): void }>;
  close(): void;
  on(event: "connection", listener: (client: unknown, request: { readonly socket: object }) => void): unknown;
}

/** A server of `node:http`, `node:https` or `node:http2`, of `@grpc/grpc-js`, or of `ws`. */
export type DrainableServer = Server | GrpcServer | WebSocketServer;

/** How long it takes until what was sent before a door was shut has arrived, in milliseconds. */
export const SILENCE = 600;

/**
 * Calls that run may go on until the limit. The library tells its clients by one GOAWAY, which calls on their way run into: that is
 * for when the server of HTTP/2 below it, a door of its own, has told them before.
 */
export class GrpcDoor implements Door {
  readonly #server: GrpcServer;
  #shutAt: number | undefined;
  isBusy = false;

  constructor(server: GrpcServer) {
    this.#server = server;
  }

  shut(now: number): void {
    this.isBusy = true;
    this.#shutAt = now;
  }

  long(): Iterable<LongConnection> {
    return [];
  }

  sweep(now: number): void {
    if (this.#shutAt === undefined || now - this.#shutAt < SILENCE) return;
    this.#shutAt = undefined;
    this.#server.tryShutdown(() => {
      this.isBusy = false;
    });
  }

  cut(): void {
    this.#server.forceShutdown();
  }
}

// These sockets are closed by their library, after what it still has to send.
const claimed = new WeakSet<object>();

/** Whether a `WebSocketServer` that a drain was given has the socket. */
export function isClaimed(socket: object): boolean {
  return claimed.has(socket);
}

/** Clients are closed by the library's own close. */
export class WebSocketDoor implements Door {
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (_client, request) => {
      claimed.add(request.socket);
    });
  }

  shut(): void {
    this.#server.close();
  }

  *long(code: number): Iterable<LongConnection> {
    for (const client of this.#server.clients) yield [client, () => client.close(code)];
  }

  sweep(): void {}

  get isBusy(): boolean {
    return this.#server.clients.size > 0;
  }

  cut(): void {
    for (const client of this.#server.clients) client.terminate();
  }
}
