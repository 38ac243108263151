import { execFile, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const TOKEN = "operator-token-of-this-test";
const hasGo = spawnSync("go", ["version"]).status === 0;
const dir = mkdtempSync(join(tmpdir(), "sop-pprof-"));
const service = fork(join(import.meta.dirname, "service.mjs"), {
  env: {
    ...process.env,
    SOP_ADMIN: "on",
    SOP_ADMIN_PORT: "0",
    SOP_ADMIN_TOKEN: TOKEN,
    SOP_DIR: dir,
    SOP_LOG_LEVEL: "error",
  },
});
let url: string;
let port: number;

beforeAll(async () => {
  // Go builds the tool when it is first used.
  if (hasGo) spawnSync("go", ["tool", "pprof", "-h"]);
  const [told] = (await once(service, "message")) as [{ url: string; port: number }];
  ({ url, port } = told);
});

afterAll(() => {
  service.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

async function pprof(path: string, ...args: readonly string[]): Promise<string> {
  const response = await fetch(`${url}/debug/pprof/${path}`, { headers: { "x-admin-token": TOKEN } });
  expect(response.status).toBe(200);
  const file = join(dir, "profile.pb.gz");
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  const { stdout } = await promisify(execFile)("go", ["tool", "pprof", ...args, file], {
    env: { ...process.env, PPROF_TMPDIR: dir },
  });
  return stdout;
}

describe.skipIf(!hasGo)("go tool pprof", () => {
  it("reads the heap, and shows the bytes in the lines of the source", async () => {
    const top = await pprof("heap", "-top");
    expect(top).toMatch(/^Type: inuse_space$/m);
    expect(top).toMatch(/[kM]B .* remember$/m);
    const list = await pprof("heap", "-list", "^remember$");
    expect(list).toMatch(/[kM]B .*\d+:function remember\(count\)/);
    expect(await pprof("heap", "-sample_index=inuse_objects", "-top")).toMatch(/^Type: inuse_objects$/m);
  });

  it("reads the processor, by function and line", async () => {
    expect(await pprof("profile?seconds=1", "-top")).toMatch(/^Type: cpu$[\s\S]*ms .* workHard$/m);
    expect(await pprof("profile?seconds=1", "-raw")).toMatch(/workHard .*service\.mjs:1[6-8]/);
  });

  it("reads the requests in flight, and tells them apart by their labels", async () => {
    const left = new AbortController();
    const stuck = fetch(`http://127.0.0.1:${port}/stuck`, { signal: left.signal }).catch(() => {});
    await expect.poll(() => pprof("goroutine", "-top"), { timeout: 5_000 }).toMatch(/GET \/stuck$/m);
    expect(await pprof("goroutine", "-tags")).toMatch(/route: [\s\S]*\/stuck/);
    left.abort();
    await stuck;
  });

  it("reads what requests took", async () => {
    const trace = pprof("trace?seconds=1", "-top", "-sample_index=requests");
    const asking = setInterval(() => void fetch(`http://127.0.0.1:${port}/quick`).catch(() => {}), 50);
    expect(await trace).toMatch(/GET \/quick$/m);
    clearInterval(asking);
  });
});
