import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { etcdSource } from "../../src/sources/etcd.ts";
import { bodyOf } from "../support/service.ts";
import { follow } from "./follow.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const line = (message: object): string => `${JSON.stringify(message)}\n`;

/** A gateway of etcd that has one key, whose value is the revision, and whose watches a test speaks for. */
async function gateway() {
  const state = { revision: 1, watches: [] as { startRevision: number; response: ServerResponse }[] };
  const server = createServer(async (request, response) => {
    const body = JSON.parse((await bodyOf(request)).toString());
    const header = { revision: String(state.revision) };
    if (request.url === "/v3/watch") {
      response.write(line({ result: { header, created: true } }));
      state.watches.push({ startRevision: body.create_request.start_revision, response });
      return;
    }
    const kv = { key: base64("/f/a"), value: base64(String(state.revision)), mod_revision: String(state.revision) };
    response.end(JSON.stringify({ header, kvs: [kv], count: "1" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoints = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const following = follow(etcdSource({ endpoints, prefix: "/f/", heartbeat: "20ms", cache: false }));
  await following.flags({ a: 1 });
  await expect.poll(() => state.watches.length).toBe(1);
  return { state, following };
}

describe("a watch of etcd", () => {
  it("that tells nothing, while reads look healthy, is noticed and begun anew", async () => {
    const { state, following } = await gateway();
    state.revision = 2;
    expect(await following.until((update) => update.state === "STALE")).toMatchObject({
      problem: "the watch tells nothing more, while keys change",
    });
    await following.flags({ a: 2 });
    await expect.poll(() => state.watches.map(({ startRevision }) => startRevision)).toEqual([2, 3]);
  });

  it.each([
    ["compacted", { canceled: true, compact_revision: "7" }, "the watch fell behind the compaction at 7"],
    ["canceled", { canceled: true, cancel_reason: "no permission" }, "the watch was canceled: no permission"],
  ])(
    "that is %s, while its stream stays open, is begun anew after the keys were listed",
    async (_kind, said, problem) => {
      const { state, following } = await gateway();
      state.revision = 9;
      state.watches[0]?.response.write(line({ result: { header: { revision: "9" }, ...said } }));
      expect(await following.until((update) => update.state === "STALE")).toMatchObject({ problem });
      await following.flags({ a: 9 });
      await expect.poll(() => state.watches.at(-1)?.startRevision).toBe(10);
    },
  );

  it("that ends with an error is begun anew, and the error is told", async () => {
    const { state, following } = await gateway();
    state.watches[0]?.response.end(line({ error: { grpc_code: 14, message: "etcdserver: server stopped" } }));
    expect(await following.until((update) => update.state === "STALE")).toMatchObject({
      problem: "etcdserver: server stopped",
    });
  });

  it("may tell of one change in several parts, cut anywhere", async () => {
    const { state, following } = await gateway();
    const kv = { key: base64("/f/a"), value: base64('"ü"'), mod_revision: "2" };
    const told = line({ result: { header: { revision: "2" }, events: [{ kv }] } });
    state.watches[0]?.response.write(told.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 20));
    state.watches[0]?.response.write(told.slice(40));
    await following.flags({ a: "ü" });
  });
});
