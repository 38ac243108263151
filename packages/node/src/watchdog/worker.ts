import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { WatchdogStart } from "./link/messages.js";
import { run } from "./worker/run.js";

// The file that the watchdog starts as a worker thread. Imported by anyone else it does nothing.
const start = workerData as Partial<WatchdogStart> | null;
if (!isMainThread && parentPort && start?.sopWatchdog) run(start as WatchdogStart, parentPort);
