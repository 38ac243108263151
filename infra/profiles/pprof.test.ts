import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Profiled, startProfiled } from "./profiled.ts";

const hasGo = spawnSync("go", ["version"]).status === 0;
let service: Profiled;

beforeAll(async () => {
  // Go builds the tool when it is first used.
  if (hasGo) spawnSync("go", ["tool", "pprof", "-h"]);
  service = await startProfiled();
});

afterAll(() => service.stop());

async function pprof(path: string, ...args: readonly string[]): Promise<string> {
  const file = join(service.dir, "profile.pb.gz");
  writeFileSync(file, await service.profile(path));
  const { stdout } = await promisify(execFile)("go", ["tool", "pprof", ...args, file], {
    env: { ...process.env, PPROF_TMPDIR: service.dir },
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
    const stuck = fetch(`http://127.0.0.1:${service.port}/stuck`, { signal: left.signal }).catch(() => {});
    await expect.poll(() => pprof("goroutine", "-top"), { timeout: 5_000 }).toMatch(/GET \/stuck$/m);
    expect(await pprof("goroutine", "-tags")).toMatch(/route: [\s\S]*\/stuck/);
    left.abort();
    await stuck;
  });

  it("reads what requests took", async () => {
    const trace = pprof("trace?seconds=1", "-top", "-sample_index=requests");
    const asking = setInterval(() => void fetch(`http://127.0.0.1:${service.port}/quick`).catch(() => {}), 50);
    expect(await trace).toMatch(/GET \/quick$/m);
    clearInterval(asking);
  });
});
