import { setTimeout as pause } from "node:timers/promises";
import { open } from "../load.ts";

const CONNECTIONS = 32;
const EVERY = 10;

/** Sends `rate` requests a second for so many seconds, whatever their answers take, over 32 keep-alive connections. */
export async function paced(port: number, rate: number, seconds: number): Promise<void> {
  const request = Buffer.from("GET /items/7 HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)));
  for (const socket of sockets) socket.on("error", () => {}).resume();
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < seconds * 1_000) {
    const due = ((performance.now() - started) * rate) / 1_000;
    for (; sent < due; sent++) sockets[sent % CONNECTIONS]?.write(request);
    await pause(EVERY);
  }
  for (const socket of sockets) socket.destroy();
}
