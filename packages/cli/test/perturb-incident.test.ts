import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService } from "@sop/lab";
import { listIncidents } from "@sop/node/forensics";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { run } from "../src/index.ts";

let dir: string;

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

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "sop-cli-race-"));
  // Payments take longer than the lease: the second one gets in while the first one is paid.
  const env = { SOP_DIR: dir, PAYMENT_MS: "200" };
  const service = await startService(join(import.meta.dirname, "bank.mjs"), { env });
  const withdraw = (amount: number) => {
    const body = JSON.stringify({ account: "anna", amount });
    const headers = [
      ["Content-Type", "application/json"],
      ["Content-Length", String(body.length)],
    ] as const;
    return service.send({ method: "POST", path: "/withdraw", headers, body });
  };
  const answers = await Promise.all([withdraw(60), withdraw(70)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
  await vi.waitFor(() => expect(listIncidents(dir)[0]?.timeline).toHaveLength(3), { timeout: 10_000 });
  await service.stop();
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("sop repro --perturb finds and tells the order of events in which the service of a race fails, and that it is mended", async () => {
  expect(JSON.parse((await sop("diagnose", "latest", "--json", "--dir", dir)).out).root_cause).toBe("race_condition");
  const { code, out } = await sop("repro", "latest", "--perturb", "--runs", "60", "--dir", dir);
  expect(code).toBe(1);
  expect(out).toContain("expected 503 to be less than 500");
  const [, late = "", steps = ""] =
    /It fails when .+ late, and holds when nothing is:\n(.*)\nIn this order:\n(.*)\nAgain: /s.exec(out) ?? [];
  // A payment that outlives its lease.
  expect(late).toMatch(/\+\d+ +ms {2}setTimeout 2 ms {2}\S*bank\.mjs:\d+/);
  expect(steps.match(/POST \/withdraw/g)).toHaveLength(2);
  expect(listIncidents(dir)[0]?.timeline.at(-1)).toMatchObject({ step: "reproduced", outcome: "ok" });

  const [, words = ""] = /\nAgain: sop (.*)/.exec(out) ?? [];
  const again = () => sop(...words.split(" "), "--json");
  expect(JSON.parse((await again()).out)).toMatchObject({ runs: 1, found: { failsAsItIs: false } });
  vi.stubEnv("LEASE_MS", "100000");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { code: mended, out: held } = await again();
  expect(mended).toBe(0);
  expect(JSON.parse(held)).not.toHaveProperty("found");
}, 600_000);
