import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { etcdSource } from "../../src/sources/etcd.ts";
import { bodyOf } from "../support/service.ts";
import { follow } from "./follow.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

it("a watch of etcd that tells nothing, while reads look healthy, is noticed and begun anew", async () => {
  let revision = 1;
  const watches: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await bodyOf(request)).toString();
    const header = { revision: String(revision) };
    if (request.url === "/v3/watch") {
      response.write(`${JSON.stringify({ result: { header, created: true } })}\n`);
      watches.push(body);
      return;
    }
    const kv = { key: base64("/f/a"), value: base64(String(revision)), mod_revision: String(revision) };
    response.end(JSON.stringify({ header, kvs: [kv], count: "1" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  const options = { endpoints: `http://127.0.0.1:${port}`, prefix: "/f/", heartbeat: "20ms", cache: false } as const;
  const following = follow(etcdSource(options));
  await following.flags({ a: 1 });
  revision = 2;
  expect(await following.until(({ state }) => state === "STALE")).toMatchObject({
    problem: "the watch tells nothing more, while keys change",
  });
  await following.flags({ a: 2 });
  const revisions = (): unknown[] => watches.map((body) => JSON.parse(body).create_request.start_revision);
  await expect.poll(revisions).toEqual([2, 3]);
});
