import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const TIME = { timeout: 90_000 };

/** Watches a service that leaks in this way, or does not. */
async function watched(way: string, ...more: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), "sop-leaks-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const env = { PATH: process.env["PATH"], SOP_DIR: dir, SOP_ADMIN: "on" };
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../packages/cli/test/leaks/service.mjs"), way], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const sop = join(import.meta.dirname, "../../packages/cli/dist/main.js");
  const args = [sop, "mem-leak-detector", "--dir", dir, "--duration", "10s", "--interval", "8192", "--json", ...more];
  const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout) => resolve({ code: error?.code ?? 0, out: stdout }));
  });
  const said = JSON.parse(out);
  return { code, said, first: said.leaks[0] };
}

describe("sop mem-leak-detector names the site and what keeps its memory", () => {
  it.each([
    [
      "listeners on a shared emitter",
      "listeners",
      "subscribe",
      "listeners",
      /listeners of "priceChanged" on one EventEmitter/,
    ],
    ["a map without bound", "map", "remember", "map", /a Map of Object, [\d,]+ to [\d,]+ entries/],
    ["a list of texts", "array", "note", "array", /a list of string, [\d,]+ to [\d,]+ entries/],
    ["timers that are not over", "timers", "remindLater", "timers", /timers that are not over/],
  ])("of %s", TIME, async (_, way, name, kind, keptBy) => {
    const { code, first } = await watched(way);
    expect(code).toBe(1);
    expect(first.frame).toMatchObject({ function: name, file: expect.stringMatching(/service\.mjs$/) });
    expect([first.kind, first.keptBy]).toEqual([kind, expect.stringMatching(keptBy)]);
    expect(first.perRequest).toBeGreaterThan(300);
  });

  it("of a schema that is compiled for each request: the package, and who calls it", TIME, async () => {
    const { code, first } = await watched("ajv");
    expect(code).toBe(1);
    expect(first.frame).toMatchObject({ package: "ajv", version: "8.20.0" });
    // V8 tells of a function that was inlined into another one only that other one.
    expect(first.caller).toMatchObject({ file: expect.stringMatching(/service\.mjs$/) });
    expect(first.keptBy).toMatch(/a (?:Map|Set) of (?:SchemaEnv|ValueScopeName)/);
  });

  it("of bodies that nobody reads", TIME, async () => {
    // Only every tenth request makes one.
    const { code, said, first } = await watched("undici", "--duration", "20s");
    expect(code).toBe(1);
    expect(first.keptBy).toMatch(/response bodies that nobody reads \(BodyReadable\)/);
    expect(said.leaks.map(({ caller, frame }: typeof first) => `${frame.function} ${caller?.function}`).join()).toMatch(
      /checkStock/,
    );
  });

  it("of buffers outside of the heap", TIME, async () => {
    const { code, said } = await watched("buffers");
    expect(code).toBe(1);
    expect(said.external.isSteady).toBe(true);
    expect(JSON.stringify(said.leaks)).toMatch(/keepUpload/);
  });
});

describe("sop mem-leak-detector finds nothing", () => {
  it.each([
    ["in a service that lets everything go", "healthy"],
    ["in a cache that is full", "bounded"],
  ])("%s", TIME, async (_, way) => {
    const { code, said } = await watched(way);
    expect([code, said.leaks]).toEqual([0, []]);
  });
});
