// A service in a thread of its own, one of whose breakers is open.
import { parentPort, workerData } from "node:worker_threads";
import { createSop } from "@sop/core";
import { alertmanager } from "@sop/node/alertmanager";

const { url, dir, breaker } = workerData;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const sop = createSop({ service: "shop", logger: quiet });
alertmanager(sop, { url, instance: "shop-1", hold: 0, maxBackoff: "100ms", queue: { dir } });
sop.breaker(breaker).forceOpen();
// It lives until it is ended.
parentPort.on("message", () => {});
