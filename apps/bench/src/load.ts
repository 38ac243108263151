import { connect, type Socket } from "node:net";

/**
 * Sends `GET path` over keep-alive connections, one request at a time on each, until `more` says no; gives the number that
 * was answered. It reads no more of an answer than its length, which all share: the client must not be what is measured.
 */
export async function load(
  port: number,
  path: string,
  { connections = 32, more }: { connections?: number; more: (answered: number) => boolean },
): Promise<number> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  let answered = 0;
  let length = 0;
  const one = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let got = 0;
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("the server closed a connection")));
      socket.on("data", (chunk) => {
        if (length === 0) length = lengthOf(chunk);
        got += chunk.length;
        if (got < length) return;
        got -= length;
        answered++;
        if (more(answered)) socket.write(request);
        else {
          socket.removeAllListeners("close").end();
          resolve();
        }
      });
      socket.write(request);
    });
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  await Promise.all(sockets.map(one));
  return answered;
}

export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** The bytes of a whole answer, from its first chunk. */
function lengthOf(chunk: Buffer): number {
  const text = chunk.toString("latin1");
  const head = text.indexOf("\r\n\r\n");
  const body = /content-length: (\d+)/i.exec(text)?.[1];
  if (!text.startsWith("HTTP/1.1 200") || head === -1 || body === undefined) {
    throw new Error(`expected a whole answer of status 200 with its length, got: ${text.slice(0, 300)}`);
  }
  return head + 4 + Number(body);
}
