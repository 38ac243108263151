import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Page } from "../heatmap/chromium.ts";
import { missing } from "../services/missing.ts";
import { type Profiled, startProfiled } from "./profiled.ts";

const why = missing("chromium");
if (why) console.log(`skipped: ${why}`);

const release = join(dirname(createRequire(import.meta.url).resolve("speedscope/package.json")), "dist/release");
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const PROFILE = "/profile.pb.gz";

let service: Profiled;
let server: Server;
let page: Page;
let profile: Buffer;

/** What speedscope shows of a profile of the service, as a table of its functions. */
async function shown(path: string): Promise<() => Promise<string>> {
  profile = await service.profile(path);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Another page of the same address would not be loaded anew.
  await page.send("Page.navigate", { url: "about:blank" });
  await page.send("Page.navigate", { url: `${url}/index.html#view=sandwich&profileURL=${url}${PROFILE}` });
  return () => page.evaluate<string>("document.body.innerText");
}

describe.skipIf(why !== undefined)("speedscope in a browser", () => {
  beforeAll(async () => {
    service = await startProfiled();
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
      response.setHeader("content-type", TYPES[extname(pathname)] ?? "application/octet-stream");
      response.end(pathname === PROFILE ? profile : readFileSync(join(release, pathname)));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    page = await Page.open();
  });

  afterAll(async () => {
    service.stop();
    server.close();
    await page.close();
  });

  it.each([
    ["the heap", "heap", /[\d.]+ [kM]B.*\n\tremember$/m],
    ["the processor", "profile?seconds=1", /[\d.]+m?s.*\n\tworkHard$/m],
  ])("reads a profile of %s, with names and units", { timeout: 60_000 }, async (_name, path, expected) => {
    await expect.poll(await shown(path), { timeout: 30_000, interval: 200 }).toMatch(expected);
  });

  it("reads the requests in flight", { timeout: 60_000 }, async () => {
    const left = new AbortController();
    const stuck = fetch(`http://127.0.0.1:${service.port}/stuck`, { signal: left.signal }).catch(() => {});
    const isIn = async () => gunzipSync(await service.profile("goroutine")).includes("GET /stuck");
    await expect.poll(isIn, { timeout: 10_000 }).toBe(true);
    await expect.poll(await shown("goroutine"), { timeout: 30_000, interval: 200 }).toMatch(/GET \/stuck$/m);
    left.abort();
    await stuck;
  });
});
