import cluster from "node:cluster";
import { connect, type Server, type Socket } from "node:net";

/** The longest that the queue may take, in milliseconds. */
const PATIENCE = 1_000;

/**
 * Resolves when all who connected before now were let in. A listener that closes resets those that still wait in its queue, with the
 * requests they have sent. The queue is first in, first out: once a connection of our own comes out of it, so have all before.
 */
export function acceptAllWaiting(server: Server): Promise<void> {
  const address = server.listening ? server.address() : null;
  // A worker of a cluster has no queue of its own.
  if (address === null || cluster.isWorker) return Promise.resolve();
  return new Promise((resolve) => {
    const probe = connect(typeof address === "string" ? { path: address } : reachable(address.address, address.port));
    const seen = (socket: Socket): void => {
      if (typeof address === "string" || socket.remotePort === probe.localPort) done();
    };
    const done = (): void => {
      clearTimeout(timer);
      server.off("connection", seen);
      probe.destroy();
      resolve();
    };
    const timer = setTimeout(done, PATIENCE);
    probe.on("error", done);
    server.on("connection", seen);
  });
}

/** Where a server can be reached from its own process. */
function reachable(host: string, port: number): { readonly host: string; readonly port: number } {
  if (host === "0.0.0.0") return { host: "127.0.0.1", port };
  return { host: host === "::" ? "::1" : host, port };
}
