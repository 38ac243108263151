import { setTimeout as after } from "node:timers/promises";
import { createSop, type Host, type Logger } from "@sop/core";
import Fastify, { type FastifyInstance } from "fastify";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

/** An application over a real socket; `build` gives it its routes. */
async function serve(build: (app: FastifyInstance) => void) {
  const ready = createSop({ service: "orders", logger: silent, ports: { host } });
  const app = Fastify();
  app.register(sop, ready);
  build(app);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
  };
  const panics = () => ready.metrics().panics;
  return { get, panics, ready, url };
}

const fail = async (): Promise<never> => {
  throw new Error("secret of the shop");
};

describe("encapsulated plugins", () => {
  it("are covered by the plugin at the root, under the whole template of their routes", async () => {
    const { get, ready } = await serve((app) => {
      app.register(
        async (shop) => {
          shop.get("/items/:id", fail);
          shop.register(async (inner) => void inner.get("/deep/:n", async (request) => request.sop.route), {
            prefix: "/inner",
          });
        },
        { prefix: "/shop" },
      );
    });
    expect(await get("/shop/items/7")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect(ready.metrics().requests).toMatchObject([{ route: "/shop/items/:id", status: "503", count: 1 }]);
    expect((await get("/shop/inner/deep/3")).text).toBe("/shop/inner/deep/:n");
  });

  it("that fail in a hook of their own have a panic under its name", async () => {
    const { get, panics } = await serve((app) => {
      app.register(async (shop) => {
        shop.addHook("preHandler", async function authorize() {
          await fail();
        });
        shop.get("/guarded", async () => "never");
      });
      app.get("/open", async () => "ok");
    });
    expect((await get("/guarded")).code).toBe("SOP_PANIC");
    expect((await get("/open")).text).toBe("ok");
    expect(panics()).toEqual({ authorize: 1 });
  });
});

describe("the application's error handler", () => {
  it("that answers below 500 keeps its answer, and it was no panic", async () => {
    const { get, panics } = await serve((app) => {
      app.setErrorHandler((_error, _request, reply) => reply.code(422).send({ problem: "no such item" }));
      app.get("/", fail);
    });
    expect(await get("/")).toMatchObject({ status: 422, text: '{"problem":"no such item"}' });
    expect(panics()).toEqual({});
  });

  it("that answers with 500 keeps its answer, and it was one", async () => {
    const { get, panics } = await serve((app) => {
      app.setErrorHandler((_error, _request, reply) => reply.code(500).send("sorry"));
      app.get("/", fail);
    });
    expect(await get("/")).toMatchObject({ status: 500, text: "sorry" });
    expect(panics()).toEqual({ fail: 1 });
  });

  it("of an encapsulated plugin is the one for its routes", async () => {
    const { get, panics } = await serve((app) => {
      app.register(async (shop) => {
        shop.setErrorHandler((_error, _request, reply) => reply.code(409).send("taken"));
        shop.get("/inside", fail);
      });
      app.get("/outside", fail);
    });
    expect(await get("/inside")).toMatchObject({ status: 409, text: "taken" });
    expect(await get("/outside")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect(panics()).toEqual({ fail: 1 });
  });

  it("that throws itself is a panic, of which the client learns nothing", async () => {
    const { get, panics } = await serve((app) => {
      app.setErrorHandler(() => {
        throw new Error("secret of the handler");
      });
      app.get("/", fail);
    });
    const { status, text } = await get("/");
    expect(status).toBe(503);
    expect(text).not.toContain("secret");
    expect(panics()).toEqual({ fail: 1 });
  });
});

describe("Fastify's own answers", () => {
  it("to what it does not take pass untouched", async () => {
    const { get, panics } = await serve((app) => {
      const schema = { querystring: { type: "object", required: ["page"], properties: { page: { type: "integer" } } } };
      app.get("/list", { schema }, async () => "ok");
      app.post("/", async () => "ok");
    });
    expect(await get("/list")).toMatchObject({ status: 400, code: "FST_ERR_VALIDATION" });
    expect((await get("/nowhere")).status).toBe(404);
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
    expect((await get("/", init)).status).toBe(400);
    expect(panics()).toEqual({});
  });
});

describe("a reply", () => {
  it("that was sent before the handler failed is kept", async () => {
    const { get } = await serve((app) => {
      app.get("/", async (_request, reply) => {
        await reply.send("sent");
        throw new Error("too late");
      });
    });
    expect(await get("/")).toMatchObject({ status: 200, text: "sent" });
    expect(await get("/")).toMatchObject({ status: 200, text: "sent" });
  });

  it("that was hijacked is the application's", async () => {
    const { get, panics } = await serve((app) => {
      app.get("/", (_request, reply) => {
        reply.hijack();
        reply.raw.end("raw");
      });
    });
    expect(await get("/")).toMatchObject({ status: 200, text: "raw" });
    expect(panics()).toEqual({});
  });
});

it("a client that leaves is counted as canceled, and the signal says so", async () => {
  let reason: unknown;
  const { url, ready } = await serve((app) => {
    app.get("/slow", async (request) => {
      await new Promise((resolve) => request.sop.signal.addEventListener("abort", resolve));
      reason = request.sop.signal.reason;
      return "nobody reads this";
    });
  });
  const leave = new AbortController();
  const request = fetch(`${url}/slow`, { signal: leave.signal });
  await vi.waitFor(() => expect(ready.requests()).toHaveLength(1));
  leave.abort();
  await expect(request).rejects.toThrow();
  await vi.waitFor(() => expect(ready.metrics().canceled).toEqual({ canceled: 1, deadline_exceeded: 0 }));
  await vi.waitFor(() => expect(reason).toMatchObject({ code: "SOP_CANCELED" }));
});

it("an injected request has its context too", async () => {
  const app = Fastify();
  app.register(sop, createSop({ service: "orders", logger: silent, ports: { host } }));
  app.get("/items/:id", async (request) => {
    await after(1);
    return { route: request.sop.route, id: request.sop.id };
  });
  onTestFinished(() => app.close());
  const answer = await app.inject({ url: "/items/7", headers: { "x-request-id": "a-1" } });
  expect(answer.json()).toEqual({ route: "/items/:id", id: "a-1" });
});

it("closing the application lets go of the process", async () => {
  const stop = vi.fn();
  const app = Fastify();
  app.register(
    sop,
    createSop({ service: "orders", logger: silent, ports: { host: { ...host, onCrash: () => stop } } }),
  );
  await app.ready();
  await app.close();
  expect(stop).toHaveBeenCalledTimes(1);
});
