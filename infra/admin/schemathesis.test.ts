import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemathesis } from "./schemathesis.ts";

const TOKEN = "token-of-this-test";
const found = schemathesis();
if ("missing" in found) console.log(`skipped: ${found.missing}`);

const dir = mkdtempSync(join(tmpdir(), "sop-admin-"));
let service: ChildProcess;
let url = "";
let logged = "";

describe.skipIf("missing" in found)("the OpenAPI document of a running service, in the hands of schemathesis", () => {
  beforeAll(async () => {
    const env = { ...process.env, TOKEN, SOP_DIR: join(dir, "incidents"), LOG: "error" };
    service = fork(join(import.meta.dirname, "service.mjs"), { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [service.stdout, service.stderr]) {
      stream?.on("data", (text) => {
        logged += text;
      });
    }
    [{ url }] = (await once(service, "message")) as [{ url: string }];
  });

  afterAll(() => {
    service.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  });

  it("no request that it makes of it is answered otherwise than it says", { timeout: 240_000 }, async () => {
    const { program } = found as { program: string };
    const { stdout } = await promisify(execFile)(
      program,
      [
        ...["--config-file", join(import.meta.dirname, "schemathesis.toml")],
        ...["run", `${url}/openapi.json`, "--header", `X-Admin-Token: ${TOKEN}`],
        ...["--max-examples", "40", "--rate-limit", "90/s", "--generation-deterministic", "--no-color"],
      ],
      // What it keeps is kept apart.
      { cwd: dir, maxBuffer: 64 * 2 ** 20 },
    ).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${stdout}\n${stderr}`);
    });
    const [, cases = "0"] = /(\d+) generated/.exec(stdout) ?? [];
    console.log(`${cases} requests by schemathesis`);
    expect(Number(cases)).toBeGreaterThan(500);
    expect(stdout).not.toContain(TOKEN);
  });

  it("the service is as well as before, and logged no failure", async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(logged).toBe("");
  });
});
