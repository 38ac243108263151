import type { Sop } from "@sop/core";
import { followPackages, type OnLoad } from "./auto/follow-packages.js";
import { ledgerOf } from "./ledger.js";
import { trackFiles } from "./races/files/watch-files.js";
import { watchPorts } from "./races/ports.js";

/**
 * Tracks all that can be found without a change of the application: the locks, pools and stores of the packages that it loads from now on, ports,
 * and files. `onLoad`: that of the register. Returns a function that ends it.
 */
export function trackAll(sop: Sop, onLoad: OnLoad): () => void {
  const stops = [followPackages(() => sop, onLoad), watchPorts(sop, ledgerOf(sop).races), trackFiles(sop)];
  return () => {
    for (const stop of stops) stop();
  };
}
