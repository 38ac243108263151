import { isMainThread } from "node:worker_threads";
import { takeListeningSocket } from "./flight/listen-fd.js";
import { attach } from "./register/attach.js";
import { isAttached } from "./register/attached.js";

// Whatever is wrong with us, the application runs: without us then, and told so. Its worker threads are given this module too, and a
// process may be given it twice.
if (isMainThread && !isAttached()) {
  try {
    takeListeningSocket();
    attach();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`sop: not attached, the application runs without: ${reason.replaceAll("\n", " ")}\n`);
  }
}
