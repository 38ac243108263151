import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A service that is called: `/hang` never answers, `/big` answers with 16 MiB, `/stream` begins to and goes on for ever,
 * `/503` answers with that status, anything else with `ok`.
 */
export async function upstream() {
  const received: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers);
    const [, path = ""] = (request.url ?? "").split(/[/?]/);
    if (path === "hang") return undefined;
    response.statusCode = Number(path) || 200;
    if (path === "stream") return response.write("begun");
    return response.end(path === "big" ? Buffer.alloc(16 * 1_048_576) : "ok");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    received,
    /** An address with what must never be told. */
    url: (path = "ok") => `http://${host}/${path}?token=secret`,
    /** Resolves when `n` calls have arrived. */
    async arrived(n: number): Promise<void> {
      while (received.length < n) await new Promise(setImmediate);
    },
  };
}
