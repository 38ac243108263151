import { settableFlags } from "@sop/conformance";
import { createSop, type Host, type Logger } from "@sop/core";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sop } from "../src/index.ts";
import { degradeLate } from "../src/route-degradable.ts";

const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

/** An application over a real socket, whose flags can be set. `early` adds routes before the plugin is loaded, `late` after it. */
async function serve({
  early,
  late,
}: {
  early?: (app: FastifyInstance) => void;
  late?: (app: FastifyInstance) => void;
}) {
  const { source, set } = settableFlags();
  const lines: object[] = [];
  const note = (fields: object) => void lines.push(fields);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const ready = createSop({ service: "shop", logger, sources: [source], ports: { host } });
  const made = vi.spyOn(ready, "degradable");
  const app = Fastify();
  app.register(sop, ready);
  early?.(app);
  await app.after();
  late?.(app);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  return {
    ready,
    made,
    lines,
    set: (flags: Record<string, boolean>) => set(ready, flags),
    async send(path: string, headers: Record<string, string> = {}, method = "GET") {
      const response = await fetch(url + path, { method, headers });
      const text = await response.text();
      return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
    },
  };
}

const ok = async (): Promise<object> => ({ by: "handler", extra: 1 });

describe.each(["early", "late"] as const)("a route that was added %s, and is degradable", (when) => {
  it("is answered by the fallback while its flag is off, and by its handler again when it is on", async () => {
    const { send, set, ready, lines } = await serve({
      [when]: (app: FastifyInstance) =>
        void app.get(
          "/reports/:id",
          {
            config: {
              sop: {
                degradable: {
                  flag: "reports",
                  fallback(this: FastifyInstance, { params, sop: context }, reply) {
                    context.log.info({}, "in the fallback");
                    reply.code(203);
                    return { by: "fallback", params, hasServer: this.sop === ready, degraded: context.degraded };
                  },
                },
              },
            },
          },
          ok,
        ),
    });
    expect(await send("/reports/7")).toMatchObject({ status: 200, text: '{"by":"handler","extra":1}' });
    await set({ reports: false });
    for (let i = 0; i < 2; i++) {
      const { status, text } = await send("/reports/7");
      expect(status).toBe(203);
      expect(JSON.parse(text)).toEqual({
        by: "fallback",
        params: { id: "7" },
        hasServer: true,
        degraded: ["reports"],
      });
    }
    expect((await send("/reports/7", {}, "HEAD")).status).toBe(203);
    expect(lines).toContainEqual(expect.objectContaining({ degraded: ["reports"], route: "/reports/:id" }));
    expect(ready.metrics().degraded).toEqual({ reports: 3 });
    expect(ready.metrics().panics).toEqual({});
    await set({});
    expect(await send("/reports/7")).toMatchObject({ status: 200 });
  });

  it("is answered with 503 SOP_DEGRADED where it has no fallback, which is no panic", async () => {
    const { send, set, ready } = await serve({
      [when]: (app: FastifyInstance) => {
        app.get("/async", { config: { sop: { degradable: "reports" } } }, ok);
        app.get("/sync", { config: { sop: { degradable: { flag: "reports" } } } }, (_request, reply) =>
          reply.send("ok"),
        );
      },
    });
    await set({ reports: false });
    for (const path of ["/async", "/sync"]) {
      expect(await send(path)).toMatchObject({ status: 503, code: "SOP_DEGRADED" });
    }
    expect(ready.metrics()).toMatchObject({ degraded: { reports: 2 }, panics: {} });
  });

  it("is answered after its hooks, and its schemas hold for the fallback too", async () => {
    const fallback = vi.fn(async () => ({ by: "fallback", secret: "dropped by the schema" }));
    const { send, set } = await serve({
      [when]: (app: FastifyInstance) =>
        void app.get(
          "/reports",
          {
            config: { sop: { degradable: { flag: "reports", fallback } } },
            schema: {
              querystring: { type: "object", properties: { page: { type: "integer" } } },
              response: { 200: { type: "object", properties: { by: { type: "string" } } } },
            },
            async preHandler({ headers }) {
              if (headers.authorization !== "me") throw Object.assign(new Error("who are you?"), { statusCode: 401 });
            },
          },
          ok,
        ),
    });
    await set({ reports: false });
    expect(await send("/reports")).toMatchObject({ status: 401 });
    expect(await send("/reports?page=x", { authorization: "me" })).toMatchObject({ status: 400 });
    expect(fallback).not.toHaveBeenCalled();
    expect(await send("/reports", { authorization: "me" })).toMatchObject({ status: 200, text: '{"by":"fallback"}' });
  });

  it("has a panic of the flag's name where its fallback fails", async () => {
    const fallback = async (): Promise<never> => {
      throw new Error("secret of the fallback");
    };
    const { send, set, ready } = await serve({
      [when]: (app: FastifyInstance) =>
        void app.get("/", { config: { sop: { degradable: { flag: "reports", fallback } } } }, ok),
    });
    await set({ reports: false });
    const { status, code, text } = await send("/");
    expect([status, code]).toEqual([503, "SOP_PANIC"]);
    expect(text).not.toContain("secret");
    expect(ready.metrics().panics).toEqual({ reports: 1 });
  });
});

describe.each(["early", "late"] as const)("a route that was added %s", (when) => {
  it("gets one handler that asks the flag, however often it is asked, and one for HEAD", async () => {
    const { send, made } = await serve({
      [when]: (app: FastifyInstance) => void app.get("/", { config: { sop: { degradable: "reports" } } }, ok),
    });
    for (let i = 0; i < 3; i++) for (const method of ["GET", "HEAD"]) await send("/", {}, method);
    expect(made).toHaveBeenCalledTimes(2);
  });
});

it("a degradable route of an encapsulated plugin answers with and without the slash", async () => {
  const { send, set, ready } = await serve({
    early: (app) =>
      void app.register(async (shop) => void shop.get("/", { config: { sop: { degradable: "reports" } } }, ok), {
        prefix: "/shop",
      }),
  });
  await set({ reports: false });
  for (const path of ["/shop", "/shop/"]) expect(await send(path)).toMatchObject({ code: "SOP_DEGRADED" });
  expect(ready.metrics().degraded).toEqual({ reports: 2 });
});

it("a degradable route that was added early fails by name where Fastify keeps a route's handler elsewhere", () => {
  const ready = createSop({ service: "shop", ports: { host } });
  onTestFinished(() => ready.dispose());
  const config = { url: "/reports", method: "GET", sop: { degradable: "reports" } };
  expect(() => degradeLate(ready, Object.create(null) as FastifyRequest, config)).toThrow(
    "GET /reports: config.sop.degradable: got an early route, expected one that is added after `await app.register`",
  );
});

describe("a degradable that is wrong", () => {
  const config = (text: string) => ({ config: JSON.parse(`{"sop":{"degradable":${text}}}`) as object });

  it.each([
    ['""', 'GET /reports: config.sop.degradable: got "", expected a non-empty string'],
    ["true", "GET /reports: config.sop.degradable: got true, expected a flag's name, or { flag, fallback }"],
    ["null", "GET /reports: config.sop.degradable: got null, expected a flag's name, or { flag, fallback }"],
    ["{}", "GET /reports: config.sop.degradable.flag: got nothing, expected a non-empty string"],
    [
      '{"flag":"reports","fallback":"sorry","falback":1}',
      "GET /reports: config.sop.degradable.falback: got 1, expected no such option; known are flag, fallback; " +
        'GET /reports: config.sop.degradable.fallback: got "sorry", expected a function',
    ],
  ])("is named when its route is added: %s", async (text, message) => {
    const app = Fastify();
    await app.register(sop, { service: "shop", ports: { host } });
    onTestFinished(() => app.close());
    expect(() => app.get("/reports", config(text), ok)).toThrow(message);
  });

  it("is named when its route is first asked, where that was added before the plugin was loaded", async () => {
    const { send, ready } = await serve({ early: (app) => void app.get("/reports", config("true"), ok) });
    expect(await send("/reports")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect(ready.incident?.triggers[0]?.panic?.message).toContain("GET /reports: config.sop.degradable: got true");
  });
});
