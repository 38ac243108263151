import type { Server, Socket } from "node:net";
import type { DrainNotice, RequestContext, Sop } from "@sop/core";
import { type Door, type DrainableServer, GrpcDoor, WebSocketDoor } from "./doors.js";
import { endEventStream, eventStreamOf } from "./event-stream.js";
import { Farewell } from "./farewell.js";
import { type DrainOptions, readDrainOptions } from "./options.js";
import { doorOf, followServers, unusedDoors } from "./servers.js";
import { drainOnSignals } from "./signals.js";

const farewells = new WeakMap<Sop, Farewell>();

/**
 * Makes the drain of `sop` one that loses nothing. Its servers are found by themselves: all of HTTP that listen in the process, but
 * for those that had requests of which none came to `sop` (for metrics, say); these can be given by {@link drainServer}. Call it
 * before they listen. Returns a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 *
 * A planned drain serves what still arrives, with `Connection: close`, until nobody is connected any more: listeners are closed,
 * HTTP/2 sessions told by GOAWAY, WebSockets closed with 1012 (1001 after a crash) and streams of events ended over
 * `drain.spread`, and connections that were silent for 600 ms closed last.
 */
export function drain(sop: Sop, options?: DrainOptions): () => void {
  const { signals } = readDrainOptions(options);
  const farewell = farewellOf(sop);
  let latest: Server | undefined;
  const undo = [
    followServers(),
    sop.observe({
      name: "drain",
      opened(context) {
        const server = serverOf(context);
        if (server === latest || !server) return;
        latest = server;
        const door = doorOf(server);
        if (door) farewell.add(door);
      },
    }),
    sop.onDrain((notice) => {
      for (const door of unusedDoors()) farewell.add(door);
      return farewell.say(notice, () => eventStreams(notice));
    }, "connections"),
    ...(signals ? [drainOnSignals()] : []),
  ];
  return () => {
    for (const stop of undo.splice(0)) stop();
  };
}

/**
 * Has the drain of `sop` close a server that none of its requests come through, the way its library would: of `@grpc/grpc-js` (`tryShutdown`, and
 * `forceShutdown` at the limit), of `ws` (its clients are closed by the library, so that what it still has to send comes first),
 * or of Node. For the drain to see connections of Node's, call it before it listens. Throws a TypeError for anything else.
 */
export function drainServer(sop: Sop, server: DrainableServer): void {
  farewellOf(sop).add(doorFor(server));
}

function doorFor(server: DrainableServer): Door {
  const given: DrainableServer = Object(server);
  if ("tryShutdown" in given) return new GrpcDoor(given);
  if ("clients" in given) return new WebSocketDoor(given);
  const door = doorOf(given);
  if (door) return door;
  throw new TypeError("drainServer: got no server of node:http, node:https, node:http2, @grpc/grpc-js or ws");
}

function farewellOf(sop: Sop): Farewell {
  const farewell = farewells.get(sop) ?? new Farewell();
  farewells.set(sop, farewell);
  return farewell;
}

function serverOf({ exchange }: RequestContext): Server | undefined {
  const response = exchange as { readonly socket?: (Socket & { readonly server?: Server }) | null } | null | undefined;
  return response?.socket?.server;
}

function* eventStreams(notice: DrainNotice): Iterable<readonly [object, () => void]> {
  for (const context of notice.requests()) {
    const response = eventStreamOf(context);
    if (response) yield [response, () => endEventStream(response)];
  }
}
