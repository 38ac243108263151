import { createRequire } from "node:module";
import { isMainThread, Worker } from "node:worker_threads";
import type { Sop } from "@sop/core";
import { findDead } from "./dead-boxes.js";
import type { Morgue } from "./dead-incident.js";
import type { SearchResult, SearchStart } from "./worker.js";

/**
 * Looks, after the service was made, for black boxes of processes of it that are gone, and has a thread make incidents of them: the start is not kept waiting. Returns a
 * function that ends the thread.
 */
export function searchForDead(sop: Sop, { dir, keep, maxBytes }: Morgue): () => void {
  if (!isMainThread) return () => {};
  let worker: Worker | undefined;
  const soon = setImmediate(() => {
    const { boxes, later } = findDead(dir, sop.service);
    if (boxes.length > 0 || later) worker = start(sop, { dir, keep, maxBytes });
  });
  soon.unref();
  return () => {
    clearImmediate(soon);
    void worker?.terminate();
  };
}

function start(sop: Sop, morgue: Morgue): Worker | undefined {
  try {
    const workerData: SearchStart = { sopSearch: true, morgue, service: sop.service };
    const file = createRequire(import.meta.url).resolve("@sop/node/flight/worker");
    const worker = new Worker(file, { workerData, name: "sop-post-mortem", execArgv: [], env: {} });
    worker.on("message", ({ incidents, failed }: SearchResult) => {
      for (const { id, dir, cause, summary } of incidents) {
        const fields = { incident: id, dir, root_cause: cause };
        sop.log.warn(fields, `a process of this service ended, and left an incident: ${summary}`);
      }
      for (const fields of failed) sop.log.error(fields, "the incident of a process that ended could not be recorded");
    });
    worker.on("error", (err) => sop.log.error({ err }, "processes that ended cannot be looked into"));
    worker.unref();
    return worker;
  } catch (err) {
    sop.log.error({ err }, "processes that ended cannot be looked into");
    return undefined;
  }
}
