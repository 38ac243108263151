import { once } from "node:events";
import { get } from "node:http";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createSop } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { FIGURE, makeFigures } from "../../src/blackbox/main-slot.ts";
import { makeBlackBox } from "../../src/blackbox/memory.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";
import { ConnectionsSource } from "../../src/sensors/main/connections.ts";
import { MainSampler } from "../../src/sensors/main/main-sampler.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

const refused = async (socket: NodeJS.EventEmitter): Promise<void> => {
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
};

/** The source alone; `count` is of the time since it was last asked. */
function counted() {
  const source = new ConnectionsSource();
  onTestFinished(() => source.stop());
  const count = (): number | undefined => {
    const figures = makeFigures();
    source.read(figures);
    return figures[FIGURE.connect_failed_count];
  };
  return { source, count };
}

describe("connections to others that come to nothing", () => {
  it.each<[string, (port: number) => Promise<unknown>]>([
    ["a socket of net", (port) => refused(connect(port, "127.0.0.1"))],
    ["a socket that is made first, as by pg", (port) => refused(new Socket().connect(port, "127.0.0.1"))],
    ["TLS", (port) => refused(connectTls(port, "127.0.0.1"))],
    ["http", (port) => refused(get({ port, host: "127.0.0.1" }))],
    ["fetch", (port) => expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow("fetch failed")],
  ])("are counted, each once, where they are of %s", async (_name, fail) => {
    const port = await closedPort();
    const { count } = counted();
    await fail(port);
    await fail(port);
    expect(count()).toBe(2);
    expect(count()).toBe(0);
  });

  it("are none of those that were made and are cut later", async () => {
    // Not at once: the answer to the connection itself would be that it is reset.
    const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy())).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { count } = counted();
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1", () => socket.write("x"));
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(count()).toBe(0);
  });

  it("are counted no more once it is stopped", async () => {
    const { source, count } = counted();
    source.stop();
    await refused(connect(await closedPort(), "127.0.0.1"));
    expect(count()).toBe(0);
  });

  it("are in the samples of the sensors, all of them together", async () => {
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    const box = makeBlackBox();
    const ring = new SampleRing(box);
    const sampler = new MainSampler(sop, box, 50, ring);
    onTestFinished(() => {
      sampler.stop();
      sop.dispose();
    });
    const port = await closedPort();
    await Promise.all(Array.from({ length: 5 }, () => refused(connect(port, "127.0.0.1"))));
    await vi.waitFor(
      () => expect(ring.read().reduce((sum, sample) => sum + (sample.connect_failed_count ?? 0), 0)).toBe(5),
      { timeout: 10_000, interval: 20 },
    );
  });
});
