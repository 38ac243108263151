import { readFileSync } from "node:fs";
import { writeWhole } from "../forensics/write-whole.js";

/** How a process ended, as it is kept beside its black box: by itself, or by who supervised it. Its texts are masked. */
export interface Death {
  readonly schema: "sop.death/1";
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
  /** The last lines of its standard error. */
  readonly stderr?: readonly string[] | undefined;
  readonly boots?: number | undefined;
  readonly oomKilled?: boolean | undefined;
}

function fileOf(box: string): string {
  return `${box}.death.json`;
}

/** Notes how the process of a black box ended. */
export function noteDeath(box: string, death: Death): void {
  writeWhole(fileOf(box), `${JSON.stringify(death)}\n`);
}

/** How the process of a black box ended, where anybody said it. */
export function readDeath(box: string): Death | undefined {
  try {
    const read = JSON.parse(readFileSync(fileOf(box), "utf8")) as Death;
    return read.schema === "sop.death/1" && Number.isFinite(read.at) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** The files that are beside a black box, and go with it. */
export function besides(box: string): readonly string[] {
  return [fileOf(box)];
}
