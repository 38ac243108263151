import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";
import { HttpDoor } from "./http-door.js";

const LISTENING = "tracing:net.server.listen:asyncEnd";
const CONNECTED = "net.server.socket";

const doors = new WeakMap<Server, HttpDoor>();
const open = new Set<HttpDoor>();
let users = 0;

/** The doors of servers that listen, and that nobody has used. */
export function unusedDoors(): HttpDoor[] {
  return [...open].filter(({ isUsed }) => !isUsed);
}

/** Keeps a server out of every drain that is not given it by name. */
export function keepOpen(server: Server): void {
  const door = doorOf(server);
  if (door) door.isUsed = true;
}

/** The door of a server of HTTP; `undefined` for one of another protocol. */
export function doorOf(server: Server): HttpDoor | undefined {
  const known = doors.get(server);
  if (known) return known;
  if (!("closeIdleConnections" in server || "updateSettings" in server)) return undefined;
  const door = new HttpDoor(server);
  doors.set(server, door);
  return door;
}

/**
 * Follows the connections of every server of HTTP that begins to listen in this process, through Node's diagnostics channels:
 * nothing is patched. Returns a function that stops it.
 */
export function followServers(): () => void {
  if (users++ === 0) {
    subscribe(LISTENING, listening);
    subscribe(CONNECTED, connected);
  }
  return () => {
    if (--users > 0) return;
    unsubscribe(LISTENING, listening);
    unsubscribe(CONNECTED, connected);
  };
}

function listening(message: unknown): void {
  const { server } = message as { readonly server: Server };
  const door = doorOf(server);
  if (!door) return;
  open.add(door);
  server.once("close", () => open.delete(door));
}

// One that listened before is known from its next connection on.
function connected(message: unknown): void {
  const { server } = (message as { readonly socket: Socket & { readonly server?: Server | null } }).socket;
  if (server) doorOf(server);
}
