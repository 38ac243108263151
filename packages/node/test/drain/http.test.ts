import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { openNodeExchange, type Sop, writeNodeReply } from "@sop/core";
import { describe, expect, it } from "vitest";
import { drainServer, healthListener, serveHealth } from "../../src/drain.ts";
import { leaving, listen } from "../support/leaving.ts";
import { sendRaw } from "../support/service.ts";

/** A server over which requests of `sop` come. */
function serverOf(sop: Sop, handler: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const life = sop.lifecycle<ServerResponse>({ name: "http", route: () => "/", respond: writeNodeReply });
  return createServer((request, response) => {
    const context = openNodeExchange(life, request, response);
    const refusal = life.admit(context);
    if (refusal) writeNodeReply(response, refusal);
    else life.run(context, handler, request, response);
  });
}

/** The answer to a request of a keep-alive client. */
async function answerOf(port: number, path = "/"): Promise<IncomingMessage> {
  const [response] = await once(get({ port, host: "127.0.0.1", path }), "response");
  return response as IncomingMessage;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}

const whole = async (port: number, path?: string): Promise<string> => textOf(await answerOf(port, path));

describe("a stream of events", () => {
  const events = async (head: (response: ServerResponse) => void, spread = 200) => {
    const sop = leaving({ drain: { spread } });
    let dropped = 0;
    const server = serverOf(sop, (_request, response) => {
      head(response);
      response.write("data: 1\n\n");
      // It goes on after its end, as one does that hears of it late.
      const timer = setInterval(() => {
        response.write("data: 2\n\n");
        if (response.writableEnded && ++dropped === 3) clearInterval(timer);
      }, 20);
    });
    return { sop, port: await listen(server), dropped: () => dropped };
  };

  it.each([
    ["set", (response: ServerResponse) => response.setHeader("content-type", "text/event-stream").flushHeaders()],
    [
      "given to writeHead",
      (response: ServerResponse) => response.writeHead(200, { "Content-Type": "text/event-stream" }),
    ],
  ])("whose type was %s is ended whole, and its client told when to come back", async (_how, head) => {
    const { sop, port } = await events(head);
    const response = await answerOf(port);
    const text = textOf(response);
    await sop.drain();
    const retry = Number(/\nretry: (\d+)\n$/.exec(await text)?.[1]);
    expect(retry).toBeGreaterThanOrEqual(1_000);
    expect(retry).toBeLessThan(3_000);
    expect(response.complete).toBe(true);
  });

  it("of which there are many are ended over the window, one after the other", async () => {
    const { sop, port } = await events(
      (response) => response.writeHead(200, { "content-type": "text/event-stream" }),
      600,
    );
    const ends: number[] = [];
    const streams = await Promise.all(Array.from({ length: 12 }, () => answerOf(port)));
    const read = streams.map((response) => textOf(response).then(() => ends.push(performance.now())));
    await sop.drain();
    await Promise.all(read);
    // The gap is that of a window of 600 ms shared by twelve; a timer may be late, but none is early.
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(400);
  });

  it("may be written to by its handler after the end", async () => {
    const { sop, port, dropped } = await events((response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }),
    );
    const text = whole(port);
    await expect.poll(() => sop.requests().length).toBe(1);
    await sop.drain();
    await text;
    await expect.poll(dropped).toBe(3);
  });
});

describe("servers of a drain", () => {
  it("are those of its requests, and those that nobody used; one that is used for something else stays", async () => {
    const sop = leaving();
    const own = serverOf(sop, (_request, response) => response.end("own"));
    const unused = createServer((_request, response) => response.end());
    const metrics = createServer((_request, response) => response.end("metrics"));
    const ports = [await listen(own), await listen(unused), await listen(metrics)] as const;
    await whole(ports[0]);
    await whole(ports[2]);
    await sop.drain();
    expect([own.listening, unused.listening, metrics.listening]).toEqual([false, false, true]);
    expect(await whole(ports[2])).toBe("metrics");
  });

  it("are also those that it is given", async () => {
    const sop = leaving();
    const metrics = createServer((_request, response) => response.end("metrics"));
    drainServer(sop, metrics);
    await whole(await listen(metrics));
    await sop.drain();
    expect(metrics.listening).toBe(false);
  });

  it("are of a kind that is known", () => {
    const sop = leaving();
    for (const wrong of [undefined, {}, connect]) {
      expect(() => drainServer(sop, wrong as never)).toThrow(/got no server of node:http, node:https, node:http2/);
    }
  });

  it("are closed only by the Sop whose requests they have", async () => {
    const [first, second] = [leaving(), leaving()];
    const server = serverOf(second, (_request, response) => response.end());
    await whole(await listen(server));
    await first.drain();
    expect(server.listening).toBe(true);
    await second.drain();
    expect(server.listening).toBe(false);
  });
});

describe("the pools of a service", () => {
  it("are ended after the last request", async () => {
    const sop = leaving();
    const order: string[] = [];
    sop.onDrain(() => void order.push("pool"));
    const server = serverOf(sop, (_request, response) => {
      setTimeout(() => response.end("late"), 100);
      response.on("finish", () => order.push("request"));
    });
    const text = whole(await listen(server));
    await expect.poll(() => sop.requests().length).toBe(1);
    await sop.drain();
    expect([await text, order]).toEqual(["late", ["request", "pool"]]);
  });
});

describe("connections", () => {
  it("of an upgrade to something unknown are ended", async () => {
    const sop = leaving();
    const server = serverOf(sop, () => {});
    server.on("upgrade", (_request, socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    const port = await listen(server);
    const upgrade = sendRaw(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).toBe(1);
    const done = sop.drain();
    expect(await upgrade).toContain("101");
    await done;
  });

  it("that ask for an upgrade nobody listens to are answered as before", async () => {
    const sop = leaving();
    const server = serverOf(sop, (_request, response) => response.end("ordinary"));
    const port = await listen(server);
    const ask = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    expect(await sendRaw(port, ask)).toContain("ordinary");
    const listener = (): void => {};
    server.on("upgrade", listener);
    server.off("upgrade", listener);
    expect(await sendRaw(port, ask)).toContain("ordinary");
  });
});

describe("health", () => {
  it("is ready while serving, alive until the end, and on loopback only", async () => {
    const sop = leaving({ drain: { wait: "1s", limit: "2s" } });
    const health = await serveHealth(sop);
    const status = async (path: string) => (await answerOf(health.port, path)).resume().statusCode;
    expect([await status("/readyz"), await status("/healthz"), await status("/other")]).toEqual([200, 200, 404]);
    const done = sop.drain();
    expect([await status("/readyz"), await status("/healthz")]).toEqual([503, 200]);
    await done;
    expect([await status("/readyz"), await status("/healthz")]).toEqual([503, 200]);
    health.close();
  });

  it("can be a part of an application", async () => {
    const health = healthListener(leaving());
    const server = createServer((request, response) => health(request, response, () => response.end("application")));
    const port = await listen(server);
    expect([await whole(port, "/readyz?verbose"), await whole(port, "/orders")]).toEqual(["serving\n", "application"]);
  });

  it("names what is wrong with its port", async () => {
    await expect(serveHealth(leaving(), { port: 70_000 })).rejects.toThrow("health.port: got 70000");
  });
});
