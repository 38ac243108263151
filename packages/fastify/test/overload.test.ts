import { setTimeout as after } from "node:timers/promises";
import { createSop, type Host, type Logger } from "@sop/core";
import Fastify from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

/** Keeps the processor busy. */
function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("sheds load of a service that computes, over real sockets, and serves all again when the crowd is gone", async () => {
  const ready = createSop({ service: "orders", logger: silent, overload: true, ports: { host } });
  const app = Fastify();
  app.register(sop, ready);
  app.get("/work", async () => {
    compute(5);
    return "done";
  });
  app.get("/healthz", async () => "ok");
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());

  const refusals = (): number => ready.metrics().refused["event_loop"] ?? 0;
  const statuses = new Set<number>();
  const crowd = Array.from({ length: 20 }, async () => {
    while (refusals() < 50) {
      const response = await fetch(`${url}/work`);
      await response.arrayBuffer();
      statuses.add(response.status);
    }
  });
  const health = (async () => {
    while (refusals() < 50) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  })();
  await Promise.all([...crowd, health]);
  expect([...statuses].sort()).toEqual([200, 503]);

  while ((ready.overload()?.eventLoop?.rest ?? 0) < 0.5) await after(20);
  const refused = refusals();
  const few = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/work`)));
  expect(few.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(refusals()).toBe(refused);
});
