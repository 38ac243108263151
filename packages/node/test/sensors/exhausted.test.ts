import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { listIncidents } from "../../src/forensics.ts";
import type { SensorsFile } from "../../src/sensors.ts";
import { temporaryDirectory } from "../support/files.ts";

it("the descriptors of a process that has none left are still counted", async () => {
  const dir = temporaryDirectory();
  const service = join(import.meta.dirname, "exhausted.mjs");
  const child = spawn("sh", ["-c", `ulimit -n 512; exec "$0" "$1"`, process.execPath, service], {
    env: { ...process.env, SOP_DIR: dir, SOP_SENSORS: "on" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  await pause(1_000);
  child.stdin.write("\n");
  const { columns, rows } = await vi.waitFor(
    () => {
      const [incident] = listIncidents(dir);
      return JSON.parse(readFileSync(join(incident?.dir as string, "bundle/sensors.json"), "utf8")) as SensorsFile;
    },
    { timeout: 10_000, interval: 100 },
  );
  const figures = (name: (typeof columns)[number]) => rows.map((row) => row[columns.indexOf(name)]);
  expect(Math.max(...figures("fd_count").map(Number))).toBeGreaterThanOrEqual(510);
  expect(figures("fd_limit_count").at(-1)).toBe(512);
  expect(figures("rss_bytes").at(-1)).toBeGreaterThan(1e7);
});
