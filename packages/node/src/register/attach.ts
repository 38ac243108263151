import type { Sop } from "@sop/core";
import { isTurnedOff } from "../admin/options.js";
import { trackAll } from "../contention/auto.js";
import { createWith, type NodeOptions } from "../create-sop.js";
import { lineWriter } from "../log/line-writer.js";
import { attached } from "./attached.js";
import { Leaving } from "./crash.js";
import { onLoad } from "./hooks.js";
import { sops } from "./other-sops.js";
import { followRequests } from "./requests.js";
import { serviceNameOf } from "./service-name.js";

/**
 * Attaches to the application of this process, which was not changed: every request of its servers is seen, whatever framework takes it,
 * and none is refused, cut or answered by us, but for the one whose error nobody caught. `sop.yaml` and the environment are
 * read as by `createSop`; the service is called as the application's package unless they say otherwise. Where the application makes a Sop by
 * `createSop` of its own, that takes over. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function attach(): Sop {
  const leaving = new Leaving();
  const code: NodeOptions = { onCrash: "continue", policies: [leaving.policy] };
  const sop = createWith(defaultsOf(process.env), code, lineWriter(process.stderr));
  const alone = sops();
  let isTold = false;
  const isElsewhere = (): boolean => {
    if (sops() <= alone) return false;
    if (!isTold) sop.log.warn({}, "register: the application has a Sop of its own, which its requests are left to");
    isTold = true;
    return true;
  };
  const stop = followRequests(sop, isElsewhere);
  const untrack = trackAll(sop, onLoad);
  leaving.listen();
  const { dispose } = sop;
  sop.dispose = () => {
    stop();
    untrack();
    leaving.stop();
    dispose();
  };
  attached({ stepAside: () => sop.dispose() });
  return sop;
}

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** What an application that was not changed gets unless its `sop.yaml` says otherwise: it is watched, and goes on as before. */
function defaultsOf(env: Readonly<Record<string, string | undefined>>): NodeOptions {
  return {
    service: env["SOP_SERVICE"] || serviceNameOf(process.argv[1], process.cwd()),
    logLevel: LEVELS.find((level) => level === env["SOP_LOG_LEVEL"]) ?? "warn",
    // SIGTERM ends it as it always did; after a crash nobody waits for long.
    drain: { signals: false, wait: 0, limit: "10s" },
    outgoing: { watch: { propagate: false } },
    // Processes that are attached all at once must not fight for one port.
    ...(!isTurnedOff(env) && !env["SOP_ADMIN_PORT"] && { admin: { port: 0 } }),
  };
}
