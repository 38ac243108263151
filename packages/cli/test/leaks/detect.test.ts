import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sop, temporary } from "../plane/stub.ts";

const TIME = { timeout: 90_000 };

/** Watches a service that leaks in this way, or does not. */
async function watched(way: string, ...more: readonly string[]) {
  vi.stubEnv("SOP_ADMIN_TOKEN", undefined);
  const dir = temporary();
  const child = spawn(process.execPath, [join(import.meta.dirname, "service.mjs"), way, "inspector"], {
    env: { PATH: process.env["PATH"], SOP_DIR: dir, SOP_ADMIN: "on" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const { code, out, err } = await sop(
    "mem-leak-detector",
    "--dir",
    dir,
    "--duration",
    "10s",
    "--interval",
    "8192",
    "--json",
    ...more,
  );
  if (!more.includes("--heap-snapshot")) expect(err).toBe("");
  const said = JSON.parse(out);
  return { dir, code, said, first: said.leaks?.[0] };
}

// infra/profiles/leaks.test.ts has more ways to leak.
describe("sop mem-leak-detector", () => {
  it("names the site that leaks and what keeps its memory, and puts the sampling back", TIME, async () => {
    const { code, said, first } = await watched("map");
    expect([code, said.leaking]).toEqual([1, true]);
    expect(first.frame).toMatchObject({ function: "remember", file: expect.stringMatching(/service\.mjs$/) });
    expect([first.kind, first.keptBy]).toEqual([
      "map",
      expect.stringMatching(/^a Map of Object, [\d,]+ to [\d,]+ entries$/),
    ]);
    expect(first.perRequest).toBeGreaterThan(300);
  });

  it("finds nothing in a cache that is full", TIME, async () => {
    const { code, said } = await watched("bounded");
    expect([code, said.leaking, said.leaks]).toEqual([0, false, []]);
  });

  it("compares two heap snapshots where it is asked to: the constructors, and what keeps them", TIME, async () => {
    const { code, said, dir } = await watched("map", "--heap-snapshot");
    expect(code).toBe(1);
    const path = said.new.map((one: { path: string[] }) => one.path.join(" "));
    expect(path.join("\n")).toMatch(/cache of system \/ Context/);
    expect(said.new[0].bytes).toBeGreaterThan(200_000);
    expect(statSync(said.after).mode & 0o077).toBe(0);
    expect(said.after.startsWith(dir)).toBe(true);
  });

  it("takes only what it can use, and says where it cannot reach a service", async () => {
    for (const wrong of [
      ["--duration", "1s"],
      ["--interval", "1"],
      ["--interval", "x"],
    ]) {
      expect((await sop("mem-leak-detector", ...wrong)).code).toBe(2);
    }
    expect((await sop("mem-leak-detector", "--addr", "127.0.0.1:1")).code).toBe(3);
    const { code, out } = await sop("mem-leak-detector", "--help");
    expect([code, out]).toEqual([0, expect.stringContaining("sop mem-leak-detector --duration 60s")]);
  });
});
