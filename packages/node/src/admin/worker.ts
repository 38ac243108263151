import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { WorkerStart } from "./link/messages.js";
import { run } from "./worker/run.js";

// The file that the admin plane starts as a worker thread. Imported by anyone else it does nothing.
const start = workerData as Partial<WorkerStart> | null;
if (!isMainThread && parentPort && start?.sopAdmin) run(start as WorkerStart, parentPort);
