import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryDirectory } from "../support/files.ts";
import { receiver } from "./receiver.ts";

const soon = { timeout: 10_000, interval: 10 };

/** Breakers whose alerts are kept in a directory, file by file; those that ended in brackets. */
function kept(dir: string): string[][] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(dir, name), "utf8")).alerts)
    .map((alerts) =>
      alerts.map((alert: { endedAt?: number; labels: { breaker: string } }) =>
        alert.endedAt === undefined ? alert.labels.breaker : `(${alert.labels.breaker})`,
      ),
    )
    .sort();
}

/** Starts a thread with a service of the same name, and waits until the alert of its breaker is in a file. */
async function thread(url: string, dir: string, breaker: string): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "thread.mjs"), { workerData: { url, dir, breaker } });
  onTestFinished(async () => void (await worker.terminate()));
  await vi.waitFor(() => expect(kept(dir).flat()).toContain(breaker), soon);
}

test("threads of a process with one service and one directory keep their alerts apart, and end none of each other's", async () => {
  const down = await receiver();
  await down.stop();
  const dir = temporaryDirectory();
  await thread(down.url, dir, "redis");
  await thread(down.url, dir, "stock");
  expect(kept(dir)).toEqual([["redis"], ["stock"]]);
  const there = await receiver(undefined, down.port);
  await vi.waitFor(() => expect(there.alerts).toHaveLength(2), soon);
  for (const { endsAt } of there.alerts) expect(Date.parse(endsAt)).toBeGreaterThan(Date.now());
});

test("a thread takes over what a thread of an earlier process of its number left", async () => {
  const down = await receiver();
  await down.stop();
  const dir = temporaryDirectory();
  const left = join(dir, `shop.${hostname().replace(/[^\w-]/g, "_")}.${process.pid}.t99.json`);
  const alert = { labels: { breaker: "old" }, annotations: {}, startsAt: 1, told: {}, version: 1 };
  writeFileSync(left, JSON.stringify({ schema: "sop.alerts/1", alerts: [alert] }));
  utimesSync(left, 1_000, 1_000);
  await thread(down.url, dir, "redis");
  expect(kept(dir)).toEqual([["(old)", "redis"]]);
});
