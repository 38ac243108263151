import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An alert as Alertmanager's webhook tells of it. */
export interface Alert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Who is on call: takes the messages of a webhook. */
export interface OnCall {
  readonly url: string;
  /** Every alert of every message, and when it came; milliseconds since 1970. */
  readonly heard: readonly (Alert & { readonly at: number })[];
  stop(): void;
}

/** Opens the receiver on a free port of loopback. */
export async function openOnCall(): Promise<OnCall> {
  const heard: (Alert & { at: number })[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { alerts } = JSON.parse(String(Buffer.concat(chunks))) as { alerts: Alert[] };
    for (const alert of alerts) heard.push({ ...alert, at: Date.now() });
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
