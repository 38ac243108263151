import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parseResponse, type RawResponse } from "./response.js";

interface Waiting {
  readonly head: boolean;
  readonly resolve: (response: RawResponse) => void;
  readonly reject: (error: Error) => void;
}

/** One TCP connection to the server, byte by byte: what a fetch client hides is what the audits look at. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly closed: Promise<void>;
  #received = "";
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#received += text;
      this.#deliver();
    });
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    // A reset is an end like any other here: who waits for a response is told so.
    socket.on("error", () => this.#end());
  }

  /** Connects to a port of 127.0.0.1. */
  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** What came and was not read as a response. */
  get received(): string {
    return this.#received;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next response. Rejects where the connection was closed before its headers were complete. */
  response({ head = false }: { readonly head?: boolean } = {}): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ head, resolve, reject });
      this.#deliver();
    });
  }

  /** Resolves when `text` was received. */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      if (this.#ended) throw new Error(`closed before ${JSON.stringify(text)} came`);
      await Promise.race([once(this.#socket, "data"), this.closed]);
    }
  }

  /** Says that nothing more will be sent, and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Ends the connection by a reset (RST). */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#ended = true;
    this.#deliver();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the connection was closed without a response"));
  }

  #deliver(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const parsed = parseResponse(this.#received, { head: next.head, ended: this.#ended });
      if (parsed === undefined) return;
      this.#received = parsed.rest;
      this.#waiting.shift();
      next.resolve(parsed.response);
    }
  }
}
