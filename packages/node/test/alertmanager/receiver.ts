import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { PostedAlert } from "../../src/alertmanager/alert.ts";
import { bodyOf } from "../support/service.ts";

export interface Call {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly alerts: readonly PostedAlert[];
}

/** Stands for an Alertmanager: keeps what it is sent, and answers as `status` says. */
export async function receiver(status: (alerts: readonly PostedAlert[]) => number = () => 200, port = 0) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const alerts = JSON.parse(String(await bodyOf(request))) as PostedAlert[];
    const answer = status(alerts);
    if (answer < 300) calls.push({ path: request.url, headers: request.headers, alerts });
    response.writeHead(answer).end();
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  onTestFinished(stop);
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    calls,
    stop,
    /** All that was taken, the first one first. */
    get alerts(): PostedAlert[] {
      return calls.flatMap(({ alerts }) => alerts);
    },
  };
}
