import { join } from "node:path";
import type { BoxHeader } from "../blackbox/file.js";
import type { Origin } from "../forensics/bundle.js";
import { identityOf } from "./identity.js";

/** Where black boxes are, with what belongs to them, below the directory of incidents. */
export function flightDirectory(dir: string): string {
  return join(dir, "flight");
}

/** The file of this process's black box, and what it says. */
export interface BoxPlace {
  readonly path: string;
  readonly header: BoxHeader;
}

let made = 0;

/** Where the black box of a service of this process is kept, below `dir`, the directory of incidents. */
export function boxPlace(dir: string, { service, commit, image, entry }: Origin): BoxPlace {
  const { pid, version } = process;
  const startedAt = Math.round(Date.now() - process.uptime() * 1_000);
  const another = made++ === 0 ? "" : `.${made}`;
  const name = `${service.replace(/[^\w.-]/g, "_").slice(0, 80)}-${pid}-${startedAt}${another}.box`;
  return {
    path: join(flightDirectory(dir), name),
    header: {
      schema: "sop.box/2",
      service,
      pid,
      startedAt,
      identity: identityOf(pid) ?? "",
      node: version,
      cwd: process.cwd(),
      entry,
      commit,
      image,
    },
  };
}
