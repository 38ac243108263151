import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { drainServer } from "../../src/drain.ts";
import { leaving, listen } from "../support/leaving.ts";

/** Clients that are connected, and with which code and when each was closed. */
async function clientsOf(port: number, count: number) {
  const closes: { readonly code: number; readonly at: number }[] = [];
  const clients = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      client.on("close", (code) => closes.push({ code, at: performance.now() }));
      client.on("error", () => {});
      await once(client, "open");
      onTestFinished(() => client.terminate());
      return client;
    }),
  );
  return { clients, closes };
}

it("WebSockets of any library are closed with 1012, over the window", async () => {
  const sop = leaving({ drain: { spread: 500 } });
  const server = createServer();
  new WebSocketServer({ server });
  const { closes } = await clientsOf(await listen(server), 10);
  await sop.drain();
  await expect.poll(() => closes.length).toBe(10);
  expect(closes.map(({ code }) => code)).toEqual(Array(10).fill(1012));
  const times = closes.map(({ at }) => at);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300);
});

it("a WebSocketServer that the drain was given sends first what it still has to send", async () => {
  const sop = leaving();
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });
  drainServer(sop, sockets);
  const connected = once(sockets, "connection");
  const { clients, closes } = await clientsOf(await listen(server), 1);
  const [socket] = (await connected) as [WebSocket];
  let received = 0;
  clients[0]?.on("message", () => received++);
  const done = sop.drain();
  await expect.poll(() => server.listening).toBe(false);
  // Compressed one after the other: most of them are still to be sent when the close is asked for.
  for (let i = 0; i < 50; i++) if (socket.readyState === WebSocket.OPEN) socket.send("x".repeat(50_000));
  const sent = received;
  await done;
  await expect.poll(() => closes.map(({ code }) => code)).toEqual([1012]);
  expect(received).toBeGreaterThanOrEqual(sent);
});

it("a client that does not answer the close does not hold up the drain until its limit", async () => {
  const sop = leaving();
  const server = createServer();
  server.on("upgrade", (_request, socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  const client = connect(await listen(server), "127.0.0.1");
  onTestFinished(() => void client.destroy());
  client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await once(client, "data");
  const begun = performance.now();
  await sop.drain();
  expect(performance.now() - begun).toBeLessThan(10_000);
});
