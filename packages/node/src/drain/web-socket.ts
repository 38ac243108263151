import type { Socket } from "node:net";

/** Status codes of RFC 6455 (7.4.1) and its registry. */
export const GOING_AWAY = 1001;
export const SERVICE_RESTART = 1012;

/** The longest a peer may take to answer a close frame, in milliseconds. */
const PATIENCE = 2_000;

/**
 * Sends a close frame (RFC 6455, 5.5.1) whatever library has the connection, and ends it where the peer does not. A control frame
 * may stand between any two frames, and libraries write a frame in one turn.
 */
export function closeWebSocket(socket: Socket, code: number): void {
  socket.write(Buffer.from([0x88, 2, code >> 8, code & 0xff]));
  const timer = setTimeout(() => socket.destroy(), PATIENCE);
  socket.once("close", () => clearTimeout(timer));
}
