import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listIncidents } from "@sop/node/forensics";
import { expect, it, vi } from "vitest";
import { demo, directory } from "./support/demo.ts";

it("closes the loop on a real crash: five steps, each checked, all in the incident's directory", async () => {
  const dir = directory();
  const { output, closed } = demo("--no-alerts", "--dir", dir);
  expect(await closed, output.text).toBe(0);

  const lines = output.text.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(
    /^loop closed in \d+\.\d s: contained \d+\.\d, recorded \d+\.\d, diagnosed \d+\.\d, mitigated \d+\.\d, reproduced \d+\.\d$/,
  );
  expect(output.text).toMatch(/requests answered, 0 failed/);

  const [incident, ...others] = listIncidents(join(dir, "incidents/catalog"));
  expect(others).toEqual([]);
  expect(incident?.timeline.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    "contained ok",
    "recorded ok",
    "diagnosed ok",
    "mitigated ok",
    "reproduced ok",
  ]);
  const report = readFileSync(join(incident?.dir ?? "", "report.md"), "utf8");
  expect(report).toContain("multer@1.4.5-lts.1");
  expect(existsSync(join(incident?.dir ?? "", "repro/repro.test.ts"))).toBe(true);

  expect(output.text).toContain("– alerts     nobody is told: --no-alerts");
  const url = /open at (\S+),/.exec(output.text)?.[1] ?? "";
  await expect(fetch(url)).rejects.toThrow();
}, 120_000);

it("stays open with --keep until it is told to end, and leaves no process behind", async () => {
  const { child, output, closed } = demo("--keep", "--no-alerts", "--dir", directory());
  await vi.waitFor(() => expect(output.text).toMatch(/^loop closed/m), { timeout: 90_000, interval: 100 });
  const url = /stays open at (\S+) /.exec(output.text)?.[1] ?? "";
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('http_requests_total{method="POST",route="/pictures"');
  child.kill("SIGINT");
  expect(await closed).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
}, 120_000);

it("ends at once when it is interrupted", async () => {
  const { child, output, closed } = demo("--no-alerts", "--dir", directory());
  await vi.waitFor(() => expect(output.text).toContain("open at"), { timeout: 30_000, interval: 20 });
  child.kill("SIGINT");
  expect(await closed).toBe(130);
}, 60_000);

it("says how it is used", async () => {
  const { output, closed } = demo("--help");
  expect(await closed).toBe(0);
  expect(output.text).toMatch(/--keep[\s\S]*pnpm demo --keep/);
});

it.each([["--rate", "5"], ["--source", "zookeeper"], ["--quick"]])(
  "refuses %s %s, and says what is right",
  async (...args) => {
    const { output, closed } = demo(...args.filter((arg) => arg !== undefined));
    expect(await closed).toBe(2);
    expect(output.text).toMatch(
      /--rate: got 5, expected a whole number of 20 to 500|--source: got zookeeper, expected file or etcd|--quick/,
    );
    expect(output.text).toContain("pnpm demo [options]");
  },
);
