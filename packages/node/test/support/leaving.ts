import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { createSop, type Sop, type SopOptions } from "@sop/core";
import { onTestFinished } from "vitest";
import { drain } from "../../src/drain.ts";
import { silent } from "./recorded.ts";
import { host } from "./service.ts";

/** A Sop whose drain has connections in its care, and which takes no signals. */
export function leaving(options: SopOptions = {}): Sop {
  const sop = createSop({ service: "shop", logger: silent, ports: { host }, ...options });
  const stop = drain(sop, { signals: false });
  onTestFinished(() => {
    stop();
    sop.dispose();
  });
  return sop;
}

/** Listens on a free port of loopback until the test is finished. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
