import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { etcdMissing } from "../src/fleet/etcd.ts";
import { demo, directory } from "./support/demo.ts";

const missing = etcdMissing();

/** Where the demo's etcd is asked whether it is well. */
function healthOf(text: string): string {
  const [, endpoint] = /flag in etcd at (http:[^\s,]+)/.exec(text) ?? expect.fail(text);
  return `${endpoint}/health`;
}

describe("the demo with its flag in etcd", () => {
  it("closes the same loop, by a rule above what etcd says, and leaves no etcd behind", async ({ skip }) => {
    skip(missing !== undefined, missing);
    const dir = directory();
    const { output, closed } = demo("--source", "etcd", "--no-alerts", "--dir", dir);
    expect(await closed, output.text).toBe(0);
    expect(output.text).toMatch(/mitigated .* the rule CrashedOnce threw pictures\.parse: .*, over true from etcd;/);
    expect(output.text).toMatch(/requests answered, 0 failed[\s\S]*\nloop closed in \S+ s: .*\n$/);
    await expect(fetch(healthOf(output.text))).rejects.toThrow();
    expect(existsSync(join(dir, "etcd/data"))).toBe(false);
  }, 120_000);

  it.for(["SIGINT", "SIGKILL"] as const)(
    "takes its etcd along when it ends by %s",
    { timeout: 60_000 },
    async (signal, { skip }) => {
      skip(missing !== undefined, missing);
      const { child, output, closed } = demo("--source", "etcd", "--no-alerts", "--dir", directory());
      const health = await vi.waitFor(() => healthOf(output.text), { timeout: 30_000, interval: 20 });
      expect((await fetch(health)).status).toBe(200);
      child.kill(signal);
      await closed;
      await vi.waitFor(() => expect(fetch(health)).rejects.toThrow());
    },
  );

  it("does not start anything where there is no etcd, and says how to get one", async () => {
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    const dir = directory();
    const { output, closed } = demo("--source", "etcd", "--dir", join(dir, "own"));
    expect(await closed).toBe(2);
    expect(output.text).toMatch(
      /^--source etcd: there is no etcd on the PATH .* `apt-get install etcd-server` brings it/,
    );
    expect(existsSync(join(dir, "own"))).toBe(false);
  });
});
