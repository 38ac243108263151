import type { IncomingMessage } from "node:http";
import type { Server } from "node:net";
import type { Duplex } from "node:stream";

type Seen = (request: IncomingMessage, socket: Duplex) => void;

/**
 * Calls `seen` for each connection that is upgraded. As long as the application does not listen to `upgrade`, nor must we: Node
 * takes such requests for ordinary ones only while nobody does.
 */
export function followUpgrades(server: Server, seen: Seen): void {
  let isFollowing = false;
  const follow = (): void => {
    if (isFollowing) return;
    isFollowing = true;
    server.prependListener("upgrade", seen);
  };
  if (server.listenerCount("upgrade") > 0) follow();
  server.on("newListener", (event) => {
    if (event === "upgrade") follow();
  });
  server.on("removeListener", (event) => {
    if (event !== "upgrade" || server.listenerCount("upgrade") !== 1 || !isFollowing) return;
    isFollowing = false;
    server.off("upgrade", seen);
  });
}
