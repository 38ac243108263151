import type { Sop } from "@sop/core";
import { suspect } from "../watchdog/suspicion.js";
import { followPackages, type OnLoad } from "./auto/follow-packages.js";
import { ledgerOf } from "./ledger.js";
import { trackFiles } from "./races/files/watch-files.js";
import { watchPorts } from "./races/ports.js";

let isFollowing = false;
/** The one that things are tracked for which were not used yet. */
let current: Sop | undefined;

/**
 * Tracks all that can be found without a change of the application: the locks, pools and stores of the packages that it loads from now on, ports,
 * and files. A later call takes over. `onLoad`: that of the register. Returns a function that ends it.
 */
export function trackAll(sop: Sop, onLoad: OnLoad): () => void {
  if (!isFollowing) followPackages(() => current, onLoad);
  isFollowing = true;
  current = sop;
  const { races } = ledgerOf(sop);
  // No sample shows a race: what looks at samples is told.
  const stops = [watchPorts(sop, races), trackFiles(sop), races.listen(() => suspect(sop))];
  return () => {
    for (const stop of stops) stop();
    if (current === sop) current = undefined;
  };
}
