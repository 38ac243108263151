import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSop, type Logger } from "@sop/core";
import { forensics, listIncidents } from "@sop/node/forensics";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { diagnosed } from "../src/drill/diagnosed.ts";
import { checkBundle } from "../src/drill/recorded.ts";
import { CheckFailed } from "../src/drill/step.ts";
import { truncatedUpload } from "../src/traffic/requests.ts";
import { Traffic } from "../src/traffic/traffic.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-demo-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe("a check", () => {
  it("does not take a bundle without the failing request, nor a file that is not what was recorded", async () => {
    const dir = directory();
    const host = { env: {}, onCrash: () => () => {}, exit: () => {} };
    const sop = createSop({ service: "shop", logger: silent, ports: { host } });
    const stop = forensics(sop, { dir });
    onTestFinished(() => {
      sop.dispose();
      stop();
    });
    sop.openIncident("drill");
    const incident = await vi.waitFor(() => {
      const [found] = listIncidents(dir);
      expect(found?.timeline.length).toBeGreaterThan(0);
      return found?.dir as string;
    });
    expect(() => checkBundle(incident)).toThrow(new CheckFailed("the manifest lacks request.json"));
    writeFileSync(join(incident, "bundle/manifest.json"), '{"schema":"sop.bundle/2","files":[]}');
    expect(() => checkBundle(incident)).toThrow(new CheckFailed("the manifest is of schema sop.bundle/2"));
    rmSync(join(incident, "bundle/manifest.json"));
    expect(() => checkBundle(incident)).toThrow(new CheckFailed("the bundle has no manifest"));
  });

  it.each([
    [{ root_cause: "unknown" }, "the root cause is unknown, not crash.uncaught"],
    [{ verdict: "likely" }, "the verdict is likely, not confirmed"],
    [{ package: { name: "multer", version: "2.0.0" } }, /it blames .*2\.0\.0.*, not multer@1\.4\.5-lts\.1/],
    [{ route: "/items" }, "the route is /items, not /pictures"],
  ])("does not take a diagnosis with %o", (wrong, problem) => {
    const dir = directory();
    const right = {
      root_cause: "crash.uncaught",
      verdict: "confirmed",
      package: { name: "busboy", version: "1.6.0", requiredBy: { name: "multer", version: "1.4.5-lts.1" } },
      route: "/pictures",
      summary: "x",
    };
    writeFileSync(join(dir, "diagnosis.json"), JSON.stringify(right));
    expect(diagnosed(dir)).toMatchObject({ step: "diagnosed" });
    writeFileSync(join(dir, "diagnosis.json"), JSON.stringify({ ...right, ...wrong }));
    expect(() => diagnosed(dir)).toThrow(problem);
  });
});

describe("the traffic", () => {
  it("counts what is not answered with a success, and what does not come back at all", async () => {
    const server = createServer((req, res) => {
      if (req.url === "/items") req.socket.destroy();
      else res.writeHead(req.url?.startsWith("/accounts") ? 500 : 200).end('{"stored":"upload"}');
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const traffic = new Traffic(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    traffic.start(600);
    await vi.waitFor(() => expect(traffic.outcomes.length).toBeGreaterThan(20));
    await traffic.stop();
    for (const { kind, status, stored } of traffic.outcomes) {
      expect(status).toBe({ items: undefined, account: 500, order: 200, picture: 200 }[kind]);
      expect(stored).toBe(status === undefined ? undefined : "upload");
    }
    const failed = traffic.outcomes.filter(({ kind }) => kind === "items" || kind === "account");
    expect(traffic.failed).toBe(failed.length);
    const accounts = failed.filter(({ kind }) => kind === "account").length;
    expect(Object.fromEntries(traffic.failures)).toEqual({ 500: accounts, UND_ERR_SOCKET: failed.length - accounts });
    expect(await traffic.send(truncatedUpload("x"))).toMatchObject({ status: 200, attempts: 1 });
  });
});
