import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../src/index.ts";

async function sop(...args: readonly string[]) {
  const written = { out: "", err: "" };
  const output = (name: keyof typeof written) => ({
    write(chunk: string) {
      written[name] += chunk;
    },
  });
  const terminal = { out: output("out"), err: output("err"), signal: new AbortController().signal };
  return { code: await run(args, terminal), ...written };
}

/** A script of which one timer has to be before the other, and usually is. */
function script(late: number): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-cli-perturb-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "order.mjs");
  writeFileSync(
    file,
    `let isReady = false;
setTimeout(() => { isReady = true; }, 1);
setTimeout(() => { if (!isReady) { console.error("used before it was ready"); process.exitCode = 1; } }, ${late});\n`,
  );
  return file;
}

describe("sop repro --perturb", () => {
  it("finds the order in which a script fails, tells how to have it again, and exits with 1", async () => {
    const file = script(10);
    const { code, out } = await sop("repro", file, "--perturb", "--runs", "60");
    expect(code).toBe(1);
    expect(out).toContain("used before it was ready");
    expect(out).toMatch(/It fails when this is late, and holds when nothing is:\n {2}\+\d+ +ms {2}setTimeout 1 ms/);
    const [, seed = ""] = /--perturb --seed (\d+) --runs 1/.exec(out) ?? [];
    const again = await sop("repro", file, "--perturb", "--seed", seed, "--runs", "1", "--json");
    expect(JSON.parse(again.out)).toMatchObject({ runs: 1, found: { seed: Number(seed), failsAsItIs: false } });
  }, 120_000);

  it("exits with 0 where none was found", async () => {
    const { code, out } = await sop("repro", script(500), "--perturb", "--runs", "3");
    expect(code).toBe(0);
    expect(out).toContain("held in 3 orders");
  }, 60_000);

  it("says what is wrong with its options", async () => {
    const wrong = await sop("repro", script(10), "--perturb", "--seed", "x", "--runs", "many");
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/--seed: got "x".*--runs: got "many"/);
    expect(await sop("repro", "latest", "--seed", "1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("only with --perturb"),
    });
    const { out } = await sop("repro", "--help");
    expect(out).toContain("sop repro test/account.test.ts --perturb --runs 50");
  });
});
