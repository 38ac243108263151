import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adminOf, start } from "../register/attached.ts";

interface Evidence {
  readonly deadlocks: readonly { readonly depth: number; readonly cycle: readonly { readonly waitsFor: string }[] }[];
  readonly races: readonly { readonly kind: string; readonly store: string; readonly count: number }[];
}

/** The newest `contention.json` of a service's incidents; one is taken for it. */
async function evidence(dir: string): Promise<Evidence | undefined> {
  const { url, token } = (await adminOf(dir)) as { readonly url: string; readonly token?: string };
  const headers = { "content-type": "application/json", ...(token !== undefined && { "x-admin-token": token }) };
  await (await fetch(`${url}/debug/mw/forensics`, { method: "POST", headers, body: "{}" })).text();
  const [newest] = globSync(join(dir, "*/bundle/contention.json")).sort().reverse();
  return newest === undefined ? undefined : JSON.parse(readFileSync(newest, "utf8"));
}

const app = (name: string) => `../../contention/apps/${name}`;
const isModuleSeen = typeof registerHooks === "function" && process.env["SOP_CONFORMANCE_NODE"] === undefined;

describe("an application that was not changed", () => {
  it("has a deadlock of its locks told, and updates that its sessions lose", async () => {
    const { dir, ports, get } = await start(app("locks.cjs"));
    const address = `http://127.0.0.1:${ports[0]}`;
    const first = await fetch(`${address}/init`);
    const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    await first.text();
    const slow = fetch(`${address}/slow`, { headers: { cookie } });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await (await fetch(`${address}/quick`, { headers: { cookie } })).text();
    expect(await (await slow).json()).not.toContain("quick");
    void get("/ab");
    void get("/ba");
    await expect
      .poll(() => evidence(dir), { timeout: 20_000, interval: 500 })
      .toMatchObject({
        deadlocks: [{ depth: 2, cycle: [{ waitsFor: expect.stringContaining("locks.cjs:6:") }, {}] }],
        races: [{ kind: "lost_update", store: "session", count: 1 }],
      });
  });

  it.skipIf(!isModuleSeen)("has those of ES modules told too", async () => {
    const { dir, get } = await start(app("modules.mjs"));
    expect((await get("/healthy")).body).toBe("1,2,3");
    void get("/limit");
    void get("/twice");
    const depths = async () => (await evidence(dir))?.deadlocks.map(({ depth }) => depth);
    await expect.poll(depths, { timeout: 20_000, interval: 500 }).toEqual([1, 1]);
  });
});
