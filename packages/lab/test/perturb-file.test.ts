import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError } from "@sop/core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { perturbFile } from "../src/index.ts";

const script = join(import.meta.dirname, "perturb/bank.mjs");
let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-perturb-file-"));
});
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a file that is run in many orders", () => {
  it("of a script: the order in which it fails is found, and the seed finds it again", async () => {
    const { found, text } = await perturbFile(script, { runs: 60 });
    expect(text).toMatch(/the balance is (50|70)/);
    expect(found?.failsAsItIs).toBe(false);
    expect(found?.late.length).toBeGreaterThan(0);
    expect(text).toContain("bank.mjs:");
    const again = await perturbFile(script, { runs: 1, seed: found?.seed });
    expect(again.found?.seed).toBe(found?.seed);
  }, 120_000);

  it("of a script that is mended: none is found", async () => {
    vi.stubEnv("SAFE", "yes");
    expect(await perturbFile(script, { runs: 10 })).toMatchObject({ runs: 10, found: undefined });
  }, 120_000);

  it("of a test file of vitest, each of whose tests is perturbed", async () => {
    const test = join(dir, "bank.test.js");
    const source = readFileSync(script, "utf8");
    const [imports, body] = [source.match(/^import.*$/gm)?.join("\n"), source.replace(/^import.*$/gm, "")];
    const asTest = body.replace(/if \(balance[\s\S]*$/, 'expect(balance, "the balance").toBe(20);');
    writeFileSync(test, `${imports}\ntest("two withdrawals", async () => {${asTest}});\n`);
    const { found, text } = await perturbFile(test, { runs: 60 });
    expect(text).toContain("the balance");
    expect(found?.late.length).toBeGreaterThan(0);
    expect(found?.steps.map(({ what }) => what)).toContain("setTimeout 40 ms");
  }, 180_000);

  it("has to be one that can be run", async () => {
    await expect(perturbFile(join(dir, "none.mjs"))).rejects.toThrow(OptionError);
    await expect(perturbFile(script, { runs: 0 })).rejects.toThrow("runs: got 0");
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(perturbFile(script, { signal: controller.signal })).rejects.toThrow("enough");
  });
});
