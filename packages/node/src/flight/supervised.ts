import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a process tells the supervisor that started it: where its black box is, and which incident tells of its end already. */
export interface Told {
  readonly box: string;
  readonly incident?: string | undefined;
}

/** The directory in which a supervisor wants to be told. It is in the environment of what it starts. */
export const SUPERVISOR_DIRECTORY = "SOP_RUN_DIR";

/** Where a process of that number tells its supervisor. */
function toldFile(dir: string, pid: number): string {
  return join(dir, `${pid}.json`);
}

/** Tells the supervisor, where there is one. */
export function tellSupervisor(told: Told): void {
  const dir = process.env[SUPERVISOR_DIRECTORY];
  if (!dir) return;
  try {
    writeFileSync(toldFile(dir, process.pid), JSON.stringify(told), { mode: 0o600 });
  } catch {
    // It is gone, or there is no room: it finds the black box by itself.
  }
}

/** What a process of that number has told its supervisor; `undefined` where it told nothing. */
export function readTold(dir: string, pid: number): Told | undefined {
  try {
    const told = JSON.parse(readFileSync(toldFile(dir, pid), "utf8")) as Told;
    return typeof told.box === "string" ? told : undefined;
  } catch {
    return undefined;
  }
}
