import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createSop, type RequestContext } from "@sop/core";
import { expect, it, onTestFinished } from "vitest";
import { silent } from "./support/recorded.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

it("nothing is kept of a request that is over and has read its answer, though its deadline is far", async () => {
  const server = createServer((_request, response) => void response.end("stock"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sop = createSop({ service: "shop", logger: silent, deadline: { default: "60s" } });
  onTestFinished(() => {
    sop.dispose();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });

  const ask = async (): Promise<WeakRef<RequestContext>> => {
    const context = life.open({ headers: {} }, {});
    life.admit(context);
    await life.run(context, async () => (await sop.fetch(url)).text());
    life.close(context, 200, "finished");
    return new WeakRef(context);
  };
  const asked: WeakRef<RequestContext>[] = [];
  for (let i = 0; i < 20; i++) asked.push(await ask());
  for (let i = 0; i < 5; i++) {
    await setImmediate();
    collect();
  }
  // The last one may still be in a register, or in its connection.
  expect(asked.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(2);
});
