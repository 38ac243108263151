import { cpSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeConsumer } from "../../scripts/lib/consumer.ts";
import { root } from "../../tooling/workspace.ts";
import { runtimes, unavailable } from "./runtimes.ts";
import { type Served, start } from "./start.ts";

let consumer: Awaited<ReturnType<typeof makeConsumer>>;

beforeAll(async () => {
  consumer = await makeConsumer();
  cpSync(join(import.meta.dirname, "servers"), consumer.dir, { recursive: true });
  writeFileSync(join(consumer.dir, "package.json"), JSON.stringify({ type: "module" }));
  for (const [name, source] of [
    ["esbuild", join(root, "node_modules/esbuild")],
    ["miniflare", join(import.meta.dirname, "node_modules/miniflare")],
  ] as const) {
    const link = join(consumer.dir, "node_modules", name);
    if (!existsSync(link)) symlinkSync(source, link);
  }
});

afterAll(() => consumer.remove());

for (const runtime of runtimes) {
  const reason = unavailable(runtime);
  if (reason) console.log(`skipped: ${runtime.name} does not run here: ${reason}`);

  describe.skipIf(reason)(`@sop/core and @sop/hono on ${runtime.name}`, () => {
    let server: Served;
    // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what the assertions are about.
    const json = async (path: string, headers?: Readonly<Record<string, string>>): Promise<any> =>
      (await get(path, headers)).json();
    const get = (path: string, headers: Readonly<Record<string, string>> = {}) => fetch(server.url + path, { headers });

    beforeAll(async () => {
      server = await start(runtime.command, runtime.args, consumer.dir);
    });

    afterAll(() => server?.stop());

    it("leaves a request that succeeds alone", async () => {
      const response = await get("/ok");
      expect([response.status, await response.text()]).toEqual([200, "ok"]);
    });

    it.each(["/throw", "/reject", "/throw-null"])(
      "answers %s with a problem, and tells nothing of the error",
      async (path) => {
        const response = await get(path, { "x-request-id": "client-7" });
        const text = await response.text();
        expect(response.status).toBe(503);
        expect(response.headers.get("content-type")).toContain("application/problem+json");
        expect(JSON.parse(text)).toMatchObject({ status: 503, code: "SOP_PANIC", requestId: "client-7" });
        expect(text).not.toContain("secret");
      },
    );

    it("passes the framework's own client errors on", async () => {
      const conflict = await get("/conflict");
      expect([conflict.status, await conflict.text()]).toEqual([409, "the item is taken"]);
      expect((await get("/nowhere")).status).toBe(404);
    });

    it("makes an id of its own where the client's is malformed", async () => {
      const { id } = await json("/items/1", { "x-request-id": "not valid!" });
      expect(id).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
    });

    it("counts a panic under the name that was given to the middleware", async () => {
      expect((await get("/named")).status).toBe(503);
      const { metrics } = await json("/state");
      expect(metrics.panics["rate-limit"]).toBe(1);
    });

    it("answers a handler that hangs when its deadline passes", async () => {
      const response = await get("/hang");
      expect([response.status, await response.json()]).toEqual([
        504,
        expect.objectContaining({ code: "SOP_DEADLINE" }),
      ]);
    });

    it("answers a hanging handler whose neighbours came before it and went", async () => {
      const neighbour = get("/items/6");
      const hanging = get("/hang");
      expect((await neighbour).status).toBe(200);
      expect((await hanging).status).toBe(504);
      expect((await get("/ok")).status).toBe(200);
      expect((await get("/hang")).status).toBe(504);
    });

    it("keeps 200 requests at once apart", async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, item) => {
          const response = await get(`/items/${item}`, { "x-request-id": `id-${item}` });
          return [item, await response.json()] as const;
        }),
      );
      for (const [item, answer] of answers) {
        expect(answer).toEqual({ item: `${item}`, id: `id-${item}`, route: "/items/:id", current: `id-${item}` });
      }
    });

    it("has no request left in flight but the one that asks", async () => {
      const { inFlight, metrics } = await json("/state");
      expect([inFlight, metrics.inFlight]).toEqual([1, 1]);
    });
  });
}
