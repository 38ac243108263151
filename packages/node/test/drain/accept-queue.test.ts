import { createServer } from "node:http";
import { connect, createServer as createNetServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { acceptAllWaiting } from "../../src/drain/accept-queue.ts";
import { temporaryDirectory } from "../support/files.ts";
import { leaving, listen } from "../support/leaving.ts";

/** Keeps the process from hearing anything. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("all who connected before a drain are let in, and served", async () => {
  const sop = leaving();
  const server = createServer((_request, response) => response.end("served"));
  const port = await listen(server);
  const answers = Array.from(
    { length: 200 },
    () =>
      new Promise<string>((resolve) => {
        const client = connect({ port, host: "127.0.0.1", noDelay: true });
        let text = "";
        client.on("data", (chunk) => {
          text += chunk;
        });
        client.on("error", () => {}).on("close", () => resolve(text));
        client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      }),
  );
  // The connections are made by the kernel, and wait in the queue of a process that is busy.
  block(50);
  await sop.drain();
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*served$/s);
});

it("time in which the process was blocked is not silence", async () => {
  const sop = leaving();
  const server = createServer((_request, response) => response.end("served"));
  const port = await listen(server);
  const client = connect({ port, host: "127.0.0.1", noDelay: true });
  await expect.poll(() => new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).toBe(1);
  const answer = new Promise<string>((resolve) => client.once("data", (chunk) => resolve(String(chunk))));
  client.once("close", () => client.destroy());
  const done = sop.drain();
  await expect.poll(() => server.listening).toBe(false);
  // After an immediate come timers, and only then what was received.
  setImmediate(() => {
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    block(1_000);
  });
  expect(await answer).toContain("served");
  await done;
});

it.each(["0.0.0.0", "::", "socket"])("the queue of a server at %s is waited for", async (host) => {
  const server = createNetServer();
  const where = host === "socket" ? { path: join(temporaryDirectory(), "s") } : { port: 0, host };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  let accepted = 0;
  server.on("connection", () => accepted++);
  await acceptAllWaiting(server);
  expect(accepted).toBe(1);
  await new Promise((resolve) => server.close(resolve));
  await acceptAllWaiting(server);
});
