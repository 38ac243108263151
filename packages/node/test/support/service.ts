import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type Host, openNodeExchange, type Sop, writeNodeReply } from "@sop/core";

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A host that keeps the test's own process out of it. */
export const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

/** A service over Node's http server, on a free port of loopback. */
export async function serve(sop: Sop, handler: Handler, route = "/upload") {
  const life = sop.lifecycle<ServerResponse>({ name: "http", route: () => route, respond: writeNodeReply });
  const server = createServer((request, response) => {
    const context = openNodeExchange(life, request, response);
    const refusal = life.admit(context);
    if (refusal) return writeNodeReply(response, refusal);
    life
      .run(context, async () => handler(request, response))
      .catch((error: unknown) => {
        const reply = life.fail(context, error);
        if (reply) writeNodeReply(response, reply);
        else response.writeHead(400).end();
      });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      sop.dispose();
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** Sends bytes as they are, and returns what comes back until the connection ends. */
export async function sendRaw(port: number, bytes: string | Buffer, { cut = false } = {}): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "connect");
  await new Promise<unknown>((resolve) => socket.write(bytes, resolve));
  if (cut) socket.end();
  await closed;
  return answer;
}

/** The body of a request, read to its end. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
