import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BoxHeader } from "../blackbox/file.js";
import { readBoxHeader } from "../blackbox/read-file.js";
import { flightDirectory } from "./box-place.js";
import { besides } from "./death.js";
import { stateOf } from "./identity.js";

const BOX = /\.box$/;
const CLAIMED = /^(.+\.box)\.claimed$/;
/** Milliseconds: a box that is written is never that old. */
const FRESH = 10_000;
/** Milliseconds after which who claimed one has died over it. */
const PATIENCE = 60_000;

/** The black box of a process that is gone. */
export interface DeadBox {
  /** As it was written. */
  readonly path: string;
  /** `undefined` where it cannot be read. */
  readonly header: BoxHeader | undefined;
  readonly isClaimed: boolean;
}

/**
 * The black boxes of processes that are gone, below `dir`, the directory of incidents: of one service, and those that do not say of which. Of a process that may be on another
 * machine, or in another container, it is known by the box's age: `later` says that there are such that may yet be dead.
 */
export function findDead(
  dir: string,
  service?: string,
): { readonly boxes: readonly DeadBox[]; readonly later: boolean } {
  const boxes: DeadBox[] = [];
  let later = false;
  for (const name of namesIn(flightDirectory(dir))) {
    const claimed = CLAIMED.exec(name)?.[1];
    if (claimed === undefined && !BOX.test(name)) continue;
    const file = join(flightDirectory(dir), name);
    const header = readBoxHeader(file);
    if (header && service !== undefined && header.service !== service) continue;
    const state = claimed === undefined ? stateOfBox(file, header) : stateOfClaim(file);
    if (state === "unknown") later = true;
    if (state === "dead") {
      const path = join(flightDirectory(dir), claimed ?? name);
      boxes.push({ path, header, isClaimed: claimed !== undefined });
    }
  }
  return { boxes, later };
}

/** Takes a box, so that nobody else does. Where it is then; `undefined` where somebody else was quicker. */
export function claim({ path, isClaimed }: Pick<DeadBox, "path" | "isClaimed">): string | undefined {
  const claimed = `${path}.claimed`;
  if (isClaimed) return claimed;
  try {
    renameSync(path, claimed);
    return claimed;
  } catch {
    return undefined;
  }
}

/** Removes what is left of a process that is dealt with. */
export function bury(path: string): void {
  for (const file of [path, `${path}.claimed`, ...besides(path)]) rmSync(file, { force: true });
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

function stateOfBox(file: string, header: BoxHeader | undefined): "alive" | "dead" | "unknown" {
  const state = header ? stateOf(header.pid, header.identity) : "unknown";
  if (state !== "unknown") return state;
  return ageOf(file, "mtimeMs") > FRESH ? "dead" : "unknown";
}

function stateOfClaim(file: string): "alive" | "dead" {
  return ageOf(file, "ctimeMs") > PATIENCE ? "dead" : "alive";
}

function ageOf(file: string, time: "mtimeMs" | "ctimeMs"): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.[time] ?? Date.now());
}
