import { rmSync } from "node:fs";
import { constants } from "node:os";
import type { Sop } from "@sop/core";
import { type BlackBox, CELL } from "../blackbox/memory.js";
import { BOX_CLOSED } from "./closed.js";
import { noteDeath } from "./death.js";
import { ending } from "./ending.js";
import { tellSupervisor } from "./supervised.js";

/** With these a process leaves that was asked to. */
const ASKED: readonly number[] = [
  0,
  ...(["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) => 128 + constants.signals[name]),
];

/**
 * Sees to it that the file of a black box is left behind only where the process ended otherwise than it should, and nothing else tells of it.
 * Returns a function that removes it.
 */
export function keepBox(sop: Sop, box: BlackBox, path: string): () => void {
  const remove = (): void => {
    Atomics.store(box.cells, CELL.file, BOX_CLOSED);
    try {
      rmSync(path, { force: true });
    } catch {
      // There may be no directory that it could be in. An error here would keep the process from its end.
    }
  };
  const exited = (code: number): void => {
    const { incident } = sop;
    if (incident) tellSupervisor({ box: path, incident: incident.id });
    // An open incident tells of it already: one failure is one incident.
    if (ASKED.includes(code) || incident) remove();
    else if (Atomics.load(box.cells, CELL.file) !== BOX_CLOSED) leave(path, code);
  };
  tellSupervisor({ box: path });
  const forget = ending(remove);
  process.on("exit", exited);
  return () => {
    process.off("exit", exited);
    forget();
    remove();
  };
}

function leave(path: string, code: number): void {
  try {
    noteDeath(path, { schema: "sop.death/1", at: Date.now(), code });
  } catch {
    // There may be no file, or no room for one.
  }
}
