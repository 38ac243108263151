import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const LOAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  require(workerData.file);
  parentPort.postMessage({ runtime: process.moduleLoadList, files: Object.keys(require.cache) });
`;

it("loads only what a healthy service needs: a thread has a copy of its own of each module", async () => {
  const file = createRequire(import.meta.url).resolve("@sop/node/watchdog/worker");
  const [{ runtime, files }] = (await once(
    new Worker(LOAD, { eval: true, workerData: { file }, execArgv: [], env: {} }),
    "message",
  )) as [{ runtime: string[]; files: string[] }];
  expect(runtime.filter((name) => /^NativeModule (?:crypto|inspector|perf_hooks)$/.test(name))).toEqual([]);
  expect(files.filter((name) => /[/\\]core[/\\]dist[/\\]index\.cjs$/.test(name))).toEqual([]);
  expect(files.some((name) => /[/\\]core[/\\]dist[/\\]diagnosis\.cjs$/.test(name))).toBe(true);
});
