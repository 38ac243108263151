import { once } from "node:events";
import { expect, it } from "vitest";
import { ServiceProcess } from "./process.ts";
import { ask, TOKEN } from "./support.ts";

const headers = { "x-admin-token": TOKEN };

it("forgets an operator's override with the process", async () => {
  const first = new ServiceProcess({ port: 0, token: TOKEN });
  const { url } = await first.said("url");
  const change = { method: "PUT", headers, body: { value: false, expiresIn: "24h" } };
  expect((await ask(url, "/debug/mw/flags/fast", change)).json.flag.value).toBe(false);
  const exit = once(first.child, "exit");
  first.child.kill("SIGKILL");
  await exit;

  const second = new ServiceProcess({ port: 0, token: TOKEN }, {}, first.dir);
  const { url: next } = await second.said("url");
  const { flag } = (await ask(next, "/debug/mw/flags/fast", { headers })).json;
  expect(flag.value).toBe(true);
  expect(flag).not.toHaveProperty("override");
});
