import { connect, type Socket } from "node:net";

/** How a request came out. `gone`: no connection, so nothing was sent. */
export type Outcome = "whole" | "refused" | "lost" | "gone";

/**
 * A keep-alive client, byte by byte: clients of a library connect anew in silence, and what they lose nobody sees. It sends one
 * request at a time, and connects anew where it was told to, or the connection was closed while it was idle.
 */
export class Client {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async ask(path: string): Promise<Outcome> {
    this.#socket ??= await open(this.#port);
    const socket = this.#socket;
    if (socket === undefined) return "gone";
    const answer = await answerOf(socket, path);
    if (answer === undefined || /^connection: close\r$/im.test(answer.head)) this.close();
    if (answer === undefined) return "lost";
    return answer.head.startsWith("HTTP/1.1 200") ? "whole" : "refused";
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

function open(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.setEncoding("latin1");
    socket.once("connect", () => resolve(socket));
    // Later ones are seen as the close that follows them.
    socket.on("error", () => resolve(undefined));
  });
}

/** The answer once it is whole; `undefined` where the connection is closed before. */
function answerOf(socket: Socket, path: string): Promise<{ readonly head: string } | undefined> {
  return new Promise((resolve) => {
    let received = "";
    const settle = (answer?: { readonly head: string }): void => {
      socket.off("data", read).off("close", cut);
      resolve(answer);
    };
    const cut = (): void => settle();
    const read = (text: string): void => {
      received += text;
      const at = received.indexOf("\r\n\r\n");
      if (at === -1) return;
      const head = received.slice(0, at + 2);
      if (isWhole(head, received.slice(at + 4))) settle({ head });
    };
    socket.on("data", read).once("close", cut);
    if (socket.destroyed) settle();
    else socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  });
}

function isWhole(head: string, body: string): boolean {
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  return length === undefined ? body.endsWith("0\r\n\r\n") : body.length >= Number(length);
}
