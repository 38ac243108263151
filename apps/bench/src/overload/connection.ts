import { connect, type Socket } from "node:net";

/** What became of a request: its status, or 0 where no answer came. */
export type Answered = (status: number) => void;

const REQUEST = Buffer.from("GET /work HTTP/1.1\r\nhost: localhost\r\n\r\n");

/** One keep-alive connection with one request at a time. It reads no more of an answer than its status and its length. */
export class Connection {
  readonly #socket: Socket;
  #answered: Answered | undefined;
  #text = "";

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#read(text));
    this.#socket.on("close", () => this.#settle(0));
    // What a reset means is told by the close that follows it.
    this.#socket.on("error", () => undefined);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends a request; `answered` is called once. */
  send(answered: Answered): void {
    this.#answered = answered;
    this.#socket.write(REQUEST);
  }

  /** Gives up what is under way. */
  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf("\r\n\r\n");
    if (head === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    this.#text = "";
    this.#settle(status);
  }

  #settle(status: number): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(status);
  }
}
