import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import type { PlaneCode } from "../codes.js";
import { isLoopback } from "../guard/host-name.js";
import type { AdminSettings } from "../options.js";
import { problemText, type Reason } from "../problem.js";
import { SAFE_HEADERS } from "./answer.js";

/** Times in milliseconds. */
export interface Times {
  /** Until the head of a request is there. */
  readonly headers: number;
  /** Until all of it is there. */
  readonly request: number;
  readonly handshake: number;
  /** Between two requests of one connection. */
  readonly idle: number;
}

export const TIMES: Times = { headers: 5_000, request: 10_000, handshake: 5_000, idle: 5_000 };

const MAX_HEAD = 8_192;
/** Connections beside those of listeners to events. */
const CONNECTIONS = 200;

/** What a listener tells of. */
export interface ListenerEvents {
  handle(request: IncomingMessage, response: ServerResponse, proceed: () => void): Promise<void>;
  /** A connection or a request was refused before there was anything to handle. */
  refused(reason: Reason, status: number, socket: Socket): void;
}

/** The socket that the plane listens on, of HTTP or, where there are `tls` options, of HTTPS. */
export class Listener {
  readonly #server: Server;
  readonly #settings: AdminSettings;
  readonly #events: ListenerEvents;
  /** Answers that are under way. */
  readonly #open = new WeakMap<Duplex, ServerResponse>();
  readonly #failedHandshakes = new WeakSet<Duplex>();

  constructor(
    settings: AdminSettings,
    tls: SecureContextOptions | undefined,
    events: ListenerEvents,
    times: Times = TIMES,
  ) {
    const options = {
      maxHeaderSize: MAX_HEAD,
      headersTimeout: times.headers,
      requestTimeout: times.request,
      keepAliveTimeout: times.idle,
      connectionsCheckingInterval: Math.min(1_000, times.headers),
      // A caller's certificate is asked for and checked here; who has none that is right is told so by the gate.
      ...(tls && {
        ...tls,
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: "TLSv1.2" as const,
        handshakeTimeout: times.handshake,
        ALPNProtocols: ["http/1.1"],
      }),
    };
    this.#settings = settings;
    this.#events = events;
    const server = tls ? createTlsServer(options) : createServer(options);
    server.maxConnections = settings.maxListeners + CONNECTIONS;
    server.on("request", (request, response) => this.#take(request, response, () => {}));
    server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) =>
      this.#take(request, response, () => response.writeContinue()),
    );
    server.on("checkExpectation", (request, response) => this.#take(request, response, () => {}));
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => this.#malformed(error, socket));
    server.on("connect", (_request, socket: Duplex) => this.#cut(socket, 405, "SOP_ERR_METHOD", "method", "no proxy"));
    server.on("drop", (data) => events.refused("connections", 503, data as unknown as Socket));
    // Where a connection came from can no longer be asked once its handshake has failed.
    server.on("connection", (socket: Socket) => void socket.remoteAddress);
    // Before Node hands it on as an error of HTTP.
    server.prependListener("tlsClientError", (_error, socket: TLSSocket & { readonly _parent?: Socket }) => {
      this.#failedHandshakes.add(socket);
      events.refused("tls", 400, socket._parent ?? socket);
    });
    this.#server = server as Server;
  }

  /** Begins to listen; gives the port. Rejects with the error of the system. */
  async listen(): Promise<number> {
    const { host, port } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", () => {});
        resolve();
      });
    });
    const { address, port: bound } = this.#server.address() as AddressInfo;
    // A name may lead elsewhere than it says.
    if (isLoopback(host) && !isLoopback(address)) {
      this.#server.close();
      throw Object.assign(new Error(`${host} is the address ${address}, beyond loopback`), { code: "ENOTLOOPBACK" });
    }
    return bound;
  }

  /** Uses new certificates from the next connection on; connections between requests are closed. */
  renew(tls: SecureContextOptions): void {
    if (!("setSecureContext" in this.#server)) return;
    (this.#server as unknown as { setSecureContext(options: SecureContextOptions): void }).setSecureContext({
      ...tls,
      minVersion: "TLSv1.2",
    });
    this.#server.closeIdleConnections();
  }

  /** Ends everything at once. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(request: IncomingMessage, response: ServerResponse, proceed: () => void): void {
    const { socket } = request;
    this.#open.set(socket, response);
    response.on("close", () => this.#open.delete(socket));
    void this.#events.handle(request, response, proceed);
  }

  #malformed({ code }: NodeJS.ErrnoException, socket: Duplex): void {
    const isGone = code === "ECONNRESET" || code === "EPIPE";
    if (isGone || this.#failedHandshakes.has(socket)) return void socket.destroy();
    if (code === "HPE_HEADER_OVERFLOW") {
      this.#cut(socket, 431, "SOP_ERR_TOO_LARGE", "headers", `the headers are larger than ${MAX_HEAD / 1_024} KiB`);
    } else if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
      this.#cut(socket, 408, "SOP_ERR_SLOW", "slow", "the request did not arrive in time");
    } else {
      this.#cut(socket, 400, "SOP_ERR_REQUEST", "malformed", "this is no HTTP/1.1 request");
    }
  }

  /** Answers and closes, where no answer is under way that this would be taken for a part of. */
  #cut(socket: Duplex, status: number, code: PlaneCode, reason: Reason, detail: string): void {
    this.#events.refused(reason, status, socket as Socket);
    if (!socket.writable || this.#open.get(socket)?.headersSent) return void socket.destroy();
    const body = problemText({ code, detail }, status);
    const headers = {
      ...SAFE_HEADERS,
      "content-type": "application/problem+json",
      "content-length": Buffer.byteLength(body),
      connection: "close",
    };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join("")}\r\n${body}`);
    setTimeout(() => socket.destroy(), 500).unref();
  }
}
