import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2Server, ServerHttp2Session } from "node:http2";
import { Server, type Socket } from "node:net";
import { type TLSSocket, Server as TlsServer } from "node:tls";
import { acceptAllWaiting } from "./accept-queue.js";
import { type Door, isClaimed, SILENCE } from "./doors.js";
import { makeLast, Quiet, responseOn } from "./http1.js";
import type { LongConnection } from "./spread.js";
import { followUpgrades } from "./upgrades.js";
import { closeWebSocket } from "./web-socket.js";

const REQUESTS = ["request", "checkContinue", "checkExpectation"];

/** A server of HTTP/1.1, of HTTP/2, or of both, with what is connected to it. Connections are known from when it was made. */
export class HttpDoor implements Door {
  /** Whether anybody came in yet. */
  isUsed = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** With whether they are WebSockets. */
  readonly #upgraded = new Map<Socket, boolean>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #quiet = new WeakMap<Socket, Quiet>();
  #shutAt: number | undefined;
  #hasSaidGoodbye = false;

  constructor(server: Server) {
    this.#server = server;
    if (server instanceof TlsServer) server.on("secureConnection", (socket: TLSSocket) => this.#connected(socket));
    else if (!speaksHttp2(server)) server.on("connection", (socket: Socket) => this.#connected(socket));
    if (speaksHttp2(server)) server.on("session", (session: ServerHttp2Session) => this.#opened(session));
    if (!this.#isStreamsOnly) {
      server.once("request", () => {
        this.isUsed = true;
      });
    }
    followUpgrades(server, (request, socket) => this.#left(request, socket as Socket));
  }

  letIn(): Promise<void> {
    return acceptAllWaiting(this.#server);
  }

  shut(now: number): void {
    if (this.#shutAt !== undefined) return;
    this.#shutAt = now;
    // Not the server's own `close`, which also destroys idle connections, and with them the requests on their way over them.
    if (this.#server.listening) Server.prototype.close.call(this.#server);
    for (const event of REQUESTS) {
      // A listener too many would make an HTTP/2 server answer streams that it leaves to others.
      if (event === "request" ? !this.#isStreamsOnly : this.#server.listenerCount(event) > 0) {
        this.#server.prependListener(event, (_request, response: ServerResponse) => makeLast(response));
      }
    }
    for (const socket of this.#sockets) {
      const response = responseOn(socket);
      if (response) makeLast(response);
    }
    // Not yet `close`, which ends the connection under what the client sent before it heard of it. What Node takes no more of is
    // told by the last stream that GOAWAY names: it may be sent again (RFC 9113, 6.8).
    for (const session of this.#sessions) session.goaway();
  }

  *long(code: number): Iterable<LongConnection> {
    for (const [socket, isWebSocket] of this.#upgraded) {
      if (isClaimed(socket)) continue;
      yield [socket, () => (isWebSocket ? closeWebSocket(socket, code) : socket.end())];
    }
  }

  sweep(now: number): void {
    for (const socket of this.#sockets) this.#reap(socket, now);
    if (this.#hasSaidGoodbye || now - (this.#shutAt ?? now) < SILENCE) return;
    this.#hasSaidGoodbye = true;
    for (const session of this.#sessions) session.close();
  }

  get isBusy(): boolean {
    return this.#sockets.size + this.#upgraded.size + this.#sessions.size > 0;
  }

  cut(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of [...this.#sockets, ...this.#upgraded.keys()]) socket.destroy();
  }

  get #isStreamsOnly(): boolean {
    return speaksHttp2(this.#server) && this.#server.listenerCount("request") === 0;
  }

  #connected(socket: Socket): void {
    if ("alpnProtocol" in socket && socket.alpnProtocol === "h2") return;
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#upgraded.delete(socket);
    });
  }

  #opened(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    if (this.#hasSaidGoodbye) session.close();
    else if (this.#shutAt !== undefined) session.goaway();
  }

  #left({ headers }: IncomingMessage, socket: Socket): void {
    if (!this.#sockets.delete(socket)) return;
    this.#upgraded.set(socket, headers.upgrade?.toLowerCase() === "websocket");
  }

  #reap(socket: Socket, now: number): void {
    const quiet = this.#quiet.get(socket) ?? new Quiet();
    this.#quiet.set(socket, quiet);
    if (quiet.look(socket, now) < SILENCE) return;
    if (socket.writableEnded) socket.destroy();
    else socket.end();
    quiet.reset(now);
  }
}

function speaksHttp2(server: Server): server is Http2Server {
  return "updateSettings" in server;
}
